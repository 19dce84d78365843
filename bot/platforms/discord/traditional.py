"""The command table's Chinese in traditional characters, for clients that are set to zh-TW.

A table of characters is enough for short, plain phrases; it is no converter for running text.
"""

from typing import Final

_PAIRS: Final = (
    "个個么麼习習写寫几幾删刪号號对對导導帮幫库庫开開择擇据據数數时時来來没沒测測点點纠糾编編览覽订訂认認设設识識词詞语語误誤"
    "读讀载載运運还還选選里裡错錯间間阅閱随隨难難题題验驗换換复複机機简簡单單问問过過这這为為会會请請说說关關后後发發从從"
    "类類见見听聽应應该該张張现現实實试試论論让讓记記讲講评評进進连連远遠适適邮郵钟鐘长長门門闭閉队隊际際页頁项項顺順频頻"
    "区區图圖团團场場声聲处處备備头頭学學宁寧将將尽盡尝嘗层層岁歲帐帳带帶广廣庆慶归歸录錄态態总總恋戀战戰戏戲扩擴护護报報"
    "标標树樹样樣档檔检檢汇匯汉漢浏瀏热熱爱愛独獨环環电電画畫监監盘盤确確离離种種称稱竞競笔筆答答级級线線组組细細经經结結"
    "给給统統续續维維综綜网網罗羅职職联聯节節药藥观觀规規视視订訂训訓许許费費资資转轉轻輕较較辑輯输輸达達迁遷递遞释釋针針"
)
_TABLE: Final = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def traditional(text: str) -> str:
    """The text with each simplified character replaced by its traditional form."""
    return text.translate(_TABLE)
