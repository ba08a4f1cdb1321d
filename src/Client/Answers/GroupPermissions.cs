namespace AtpKeyserver.Client;

/// <summary>What a delegate may do.</summary>
[Flags]
public enum GroupPermissions
{
    /// <summary>Nothing that this client knows.</summary>
    None = 0,

    /// <summary>Add members.</summary>
    AddMember = 1,

    /// <summary>Remove members.</summary>
    RemoveMember = 2,

    /// <summary>Rotate the group's key.</summary>
    RotateKey = 4,
}
