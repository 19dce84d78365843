# Looking things up in the question bank.

question-unknown = There is no question “{ $word }”. The nearest: { $near }.
topic-unknown = There is no topic “{ $word }”. Did you mean { $near }?
