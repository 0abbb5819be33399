"""Family names and titles, and the words that only look like them. Own lists, from everyday knowledge."""

# Names that hardly ever end an everyday word, so that one before a title is a person.
CLEAR = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱郭罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛阎潘戴谭廖邹熊"
    "陆郝孔崔邱秦侯邵龚黎贺汤尹赖樊殷翟倪俞芦葛伍韦聂焦庄辛祁耿牟詹靳欧甄裴覃霍翁隋阮桂缪柯岳褚佘蒙"
    "肖付季施钟汪袁瞿戚冉郎滕鄢骆窦臧匡卓蔺邬桑湛阳鞠闫曽佟颜姚钱范沙芮敖晏穆蒲屈鲍荣舒兰莫涂梅尤毕麦凃姜"
)
# Names that are everyday words or end one: they count after 我叫 and the like, and before a title only
# where nothing stands before them that could belong to a word.
UNCLEAR = frozenset(
    "林何丁叶余杜夏田任方石姚江顾孟龙毛易武乔严牛温章鲁申向齐管谷卜路关苗费纪盛童项席卫查柏景"
    "解强柴司车房边辜吉饶刁丘米喻尚宁简苟仇戈苑雷康史白段邢阴皮帅冷闻崇高金安常成万文马洪曲包花伏鱼"
    "古应宗宫全单国师游商水柳祖冼霞满明仝凌于时祝左楚粟祝"
)
# Of these, the ones that before a title are a name wherever they stand, `NOT_NAMES` apart.
ALONE = frozenset("马何孟雷柳余江林丁田叶龙武易温夏杜严康史白童段毛")
COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "令狐",
    "慕容",
    "司徒",
    "端木",
)

TITLES = (
    "先生|女士|小姐|太太|夫人|同志|师傅|老师|教授|医生|大夫|医师|护士|律师|法官|警官|检察官|会计|老板|经理|"
    "董事长|总监|主任|局长|书记|科长|处长|所长|厅长|部长|省长|市长|州长|区长|县长|镇长|乡长|村长|支书|"
    "站长|队长|组长|院长|校长|园长|馆长|店长|社长|行长|会长|秘书长|秘书|干事|专员|科员|主席|委员|阿姨|叔叔|"
    "大爷|大妈|大叔|大姐|大哥|奶奶|爷爷|婆婆"
)
# What may stand right before a name that is an everyday word, or before a name of two or three characters.
BEFORE = frozenset(
    "司局委会处室院校的是请问向找由和与及给对被把让叫望谢求有为以到说人位记任长理员家主兼、友户"
)
# No given name holds one of these: the characters before the title are other words.
NOT_GIVEN = frozenset(
    "的了是在有不我你他她它们这那和与及或等被把给请问对从到为以于并而且但就都也还又再很最个位次候报代"
    "局委会校院员部县市区镇乡村班门司厂店处科所室组队站办公司区长副原任现该此其某各每老小"
    "今右级机目置多决述重令望务边贷屋费孩场检宫总主管政府党支书记经理业物房车路电话说让找去来做打要能可没什么怎样因如果已经将姓叫系"
)
# Words that end like a name and stand before a title: 对方经理 is nobody's name.
NOT_NAMES_LISTED = (
    "对方 双方 地方 甲方 乙方 各方 警方 官方 校方 院方 厂方 资方 我方 三方 多方 公安 保安 治安 "
    "公司 上司 汽车 主管 城管 分管 协管 保管 任何 如何 为何 几何 园林 森林 树林 交易 贸易 容易 "
    "简易 尊严 庄严 健康 小康 历史 空白 明白 儿童 路段 阶段 地段 标段 时段 羽毛 拜谢 致谢 多余 "
    "业余 其余 剩余 农田 园丁 高温 体温 树叶 茶叶 长江 感谢 人马 立马 罗马 现任 担任 责任 主任 "
    "原任 前任 就任 兼任 历任 新任 党和 全国 二中 水平 周末 谢谢 费用 成绩 包括 安全 司法 多谢 "
    "允许 也许 或许 特许 许许 纸张 主张 紧张 扩张 桥梁 太阳 朝阳 向阳 秋阳 先秦 左右 洪水 沈阳 "
    "衡阳 邵阳 岳阳 益阳"
)
NOT_NAMES = frozenset(NOT_NAMES_LISTED.split())
# A third character that begins the next word: 我叫王军今年 is 王军.
NEXT_WORD = frozenset(
    "男女今是在的来住家现电身手联年于有从因为向要想已出，系和与及也我们说就到被把对老"
)
# What no name holds even after 我叫 or 联系人.
NOT_AFTER_CUE = frozenset("的了是在有不我你他她它们这那和与及或等被把给请从到而且但就都也吗呢吧应")
