# Looking things up in the question bank.

question-unknown = There is no question “{ $word }”. { $near ->
    [none] Look for it under /topics.
   *[other] The nearest: { $near }.
}
topic-unknown = There is no topic “{ $word }”. { $near ->
    [none] All topics: /topics
   *[other] Did you mean { $near_en }?
}
