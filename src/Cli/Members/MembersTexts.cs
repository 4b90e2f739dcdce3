using DataSpace.Cli.Session;

namespace DataSpace.Cli.Members;

/// <summary>Texts of <c>members</c>.</summary>
internal static class MembersTexts
{
    public static readonly Phrase About = new("Participants of the data space (at the coordinator).", "数据空间成员（在协调方节点上操作）。");
    public static readonly Phrase List = new("List members and join requests.", "列出成员与加入申请。");
    public static readonly Phrase Approve = new("Approve a join request.", "批准加入申请。");
    public static readonly Phrase Reject = new("Reject a join request or end a membership.", "拒绝加入申请或终止成员资格。");
    public static readonly Phrase Did = new("The participant's id, did:web:…", "参与方标识，did:web:…");
    public static readonly Phrase Approved = new("approved: {0}", "已批准：{0}");
    public static readonly Phrase Rejected = new("rejected: {0}", "已拒绝：{0}");
    public static readonly Phrase None = new("No members and no join requests yet.", "尚无成员，也没有加入申请。");
    public static readonly Phrase Name = new("name", "名称");
    public static readonly Phrase State = new("state", "状态");
    public static readonly Phrase Address = new("address", "地址");
}
