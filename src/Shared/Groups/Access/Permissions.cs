namespace AtpKeyserver.Groups.Access;

/// <summary>
/// What an owner may allow a delegate. No permission gives access to the key, to delegation or to deletion.
/// </summary>
[Flags]
public enum Permissions
{
    None = 0,
    AddMember = 1,
    RemoveMember = 2,
    RotateKey = 4,
}

/// <summary>The names on the wire.</summary>
public static class PermissionNames
{
    private static readonly (string Name, Permissions Permission)[] All =
    [
        ("add_member", Permissions.AddMember),
        ("remove_member", Permissions.RemoveMember),
        ("rotate_key", Permissions.RotateKey),
    ];

    public static IEnumerable<string> Of(Permissions permissions) =>
        All.Where(known => permissions.HasFlag(known.Permission)).Select(known => known.Name);

    /// <summary>Repeated names count once. False for an empty list or an unknown name.</summary>
    public static bool TryParse(IEnumerable<string?>? names, out Permissions permissions)
    {
        permissions = Permissions.None;
        foreach (var name in names ?? [])
        {
            var permission = All.FirstOrDefault(known => known.Name == name).Permission;
            if (permission == Permissions.None)
                return false;
            permissions |= permission;
        }

        return permissions != Permissions.None;
    }
}
