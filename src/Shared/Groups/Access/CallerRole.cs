namespace AtpKeyserver.Groups.Access;

/// <summary>What a caller is to a group.</summary>
public enum CallerRole
{
    Stranger,
    Member,
    Owner,
}
