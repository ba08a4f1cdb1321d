namespace AtpKeyserver.AccessLog;

/// <summary>What an access-log row records. The names on the wire are in <see cref="AccessNames"/>.</summary>
public enum AccessAction
{
    Read,
    Create,
    Rotate,
    AddMember,
    RemoveMember,
    AddDelegate,
    RemoveDelegate,
    Delete,
    Export,
}

public static class AccessNames
{
    public const string Granted = "granted";
    public const string Denied = "denied";

    public static string Of(AccessAction action) => action switch
    {
        AccessAction.Read => "read",
        AccessAction.Create => "create",
        AccessAction.Rotate => "rotate",
        AccessAction.AddMember => "add_member",
        AccessAction.RemoveMember => "remove_member",
        AccessAction.AddDelegate => "add_delegate",
        AccessAction.RemoveDelegate => "remove_delegate",
        AccessAction.Delete => "delete",
        AccessAction.Export => "export",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };
}
