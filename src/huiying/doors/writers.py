"""Columns that say who wrote. They are refused by name, so that nobody maps one by mistake."""

# Compared without spaces, dashes, underscores and capitals.
_WORDS = """
user username userid userlabel nickname name fullname firstname lastname surname givenname author
writer sender reporter reportedby caller complainant constituent requester requestor requestedby
submitter submittedby customer citizen resident petitioner contact contactname contactinfo person
personname phone phonenumber phoneno telephone tel mobile mobilephone cell fax email mail emailaddress
wechat qq weibo openid account accountid accountname idcard idnumber idno nationalid passport ssn
ip ipaddress useragent device deviceid birthday birthdate gender sex age
姓名 名字 称呼 昵称 用户 用户名 用户编号 用户id 网友 网名 留言人 留言用户 来信人 写信人 来电人 反映人
投诉人 诉求人 举报人 信访人 提交人 申请人 联系人 当事人 市民姓名 群众姓名 电话 手机 手机号 手机号码
电话号码 联系电话 来电号码 主叫号码 联系方式 联系地址 家庭住址 邮箱 电子邮箱 身份证 身份证号
身份证号码 证件号 证件号码 微信 微信号 账号 帐号 性别 年龄 出生日期
"""
NAMES = frozenset(_WORDS.split())


def says_who(name: str) -> bool:
    """True where a column or target with this name tells who wrote."""
    return "".join(letter for letter in name.lower() if letter.isalnum()) in NAMES
