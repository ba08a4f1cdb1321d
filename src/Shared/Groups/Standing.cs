namespace AtpKeyserver.Groups;

/// <summary>What a caller is to a group.</summary>
public enum Standing
{
    Stranger,
    Member,
    Owner,
}
