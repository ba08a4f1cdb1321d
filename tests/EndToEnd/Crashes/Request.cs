using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>A call that changes something or returns a key; the same one may be sent again.</summary>
/// <param name="Method">Its short name.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="Group">The group, where it is about one.</param>
/// <param name="Target">Whom it is about, where that is not the caller.</param>
/// <param name="Version">The version that is read, or expected.</param>
/// <param name="Rotate">A removal that also rotates.</param>
internal sealed record Request(
    string Method, string Caller, string? Group = null, string? Target = null, int? Version = null, bool Rotate = false)
{
    public bool IsRead => Method is "group.getKey" or "keypair.getKeypair" or "keypair.getPublicKey";

    /// <summary>Whether it makes a version each time it is answered.</summary>
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
            "group.removeMember" => api.PostAsync(Method, Caller, new { group_id = Group, member_did = Target, rotate = Rotate }),
            "group.addDelegate" => api.PostAsync(Method, Caller, new
            {
                group_id = Group,
                delegate_did = Target,
                permissions = new[] { "add_member", "remove_member", "rotate_key" },
            }),
            "group.removeDelegate" => api.PostAsync(Method, Caller, new { group_id = Group, delegate_did = Target }),
            "group.rotateKey" or "keypair.rotate" => api.PostAsync(Method, Caller, new { group_id = Group, expected_version = Version }),
            "group.delete" => api.PostAsync(Method, Caller, new { group_id = Group }),
            "account.delete" => api.PostAsync(Method, Caller, new { confirmation = "DELETE_ALL_MY_DATA" }),
            _ => throw new NotSupportedException(Method),
        };
    }
}
