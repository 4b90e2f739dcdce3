using DataSpace.Cli.Session;

namespace DataSpace.Cli.Run;

/// <summary>Texts of <c>connector run</c> and <c>coordinator run</c>.</summary>
internal static class RunTexts
{
    public static readonly Phrase ConnectorAbout = new("The node of a participant, beside its data.", "参与方节点，部署在数据所在处。");
    public static readonly Phrase CoordinatorAbout = new("The node that brings parties together and sees only ciphertexts.", "协调方节点：组织各方计算，只见密文。");
    public static readonly Phrase RunConnector = new("Run a connector in the foreground.", "在前台运行连接器。");
    public static readonly Phrase RunCoordinator = new("Run a coordinator in the foreground.", "在前台运行协调方。");
    public static readonly Phrase Dir = new("The node's data directory; made on first start.", "节点数据目录；首次启动时创建。");
    public static readonly Phrase Config = new("The node's configuration file.", "节点配置文件。");
    public static readonly Phrase Port = new("TCP port; 0 takes a free one.", "TCP 端口；0 表示自动选择空闲端口。");
    public static readonly Phrase Coordinator = new("node.json of the coordinator to join.", "要加入的协调方的 node.json。");
}
