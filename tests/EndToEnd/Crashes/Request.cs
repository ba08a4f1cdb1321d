using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>A call that changes something or returns a key; it can be sent again.</summary>
/// <param name="Method">Its short name.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="Group">The group, if the call is about one.</param>
/// <param name="Target">The account that the call is about, if it is not the caller.</param>
/// <param name="Version">The version to read, or the expected one.</param>
/// <param name="Rotate">A removal that also rotates.</param>
/// <param name="Companion">A second account, for which the same must happen.</param>
internal sealed record Request(
    string Method,
    string Caller,
    string? Group = null,
    string? Target = null,
    int? Version = null,
    bool Rotate = false,
    string? Companion = null)
{
    /// <summary>The accounts that the call is about; one null if there is none.</summary>
    public IReadOnlyList<string?> Targets => Companion is null ? [Target] : [Target, Companion];

    public bool IsRead => Method is "group.getKey" or "keypair.getKeypair" or "keypair.getPublicKey";

    /// <summary>Whether each success creates a version.</summary>
    public bool IsRotation => Rotate || Method is "group.rotateKey" or "keypair.rotate";

    public Task<Answer> SendAsync(Api api)
    {
        (string, string)[] version = Version is null ? [] : [("version", $"{Version}")];
        return Method switch
        {
            "group.getKey" => api.GetAsync(Method, Caller, [("group_id", Group!), .. version]),
            "group.getAccessLog" => api.GetAsync(Method, Caller, ("group_id", Group!)),
            "keypair.getKeypair" => api.GetAsync(Method, Caller, version),
            "keypair.getPublicKey" => api.GetAsync(Method, null, [("did", Target!), .. version]),
            "group.addMember" => api.PostAsync(Method, Caller, new { group_id = Group, member_did = Target }),
            "group.removeMember" =>
                api.PostAsync(Method, Caller, new { group_id = Group, member_did = Target, rotate = Rotate }),
            "group.addMembers" or "group.removeMembers" =>
                api.PostAsync(Method, Caller, new { group_id = Group, member_dids = Targets, rotate = Rotate }),
            "group.addDelegate" => api.PostAsync(Method, Caller, new
            {
                group_id = Group,
                delegate_did = Target,
                permissions = new[] { "add_member", "remove_member", "rotate_key" },
            }),
            "group.removeDelegate" => api.PostAsync(Method, Caller, new { group_id = Group, delegate_did = Target }),
            "group.rotateKey" or "keypair.rotate" =>
                api.PostAsync(Method, Caller, new { group_id = Group, expected_version = Version }),
            "group.delete" => api.PostAsync(Method, Caller, new { group_id = Group }),
            "account.delete" => api.PostAsync(Method, Caller, new { confirmation = "DELETE_ALL_MY_DATA" }),
            _ => throw new NotSupportedException(Method),
        };
    }
}
