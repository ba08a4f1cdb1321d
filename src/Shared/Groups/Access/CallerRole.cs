namespace AtpKeyserver.Groups.Access;

/// <summary>A caller's role in a group.</summary>
public enum CallerRole
{
    Stranger,
    Member,
    Owner,
}
