namespace AtpKeyserver.Versions;

/// <summary>A version in a list. It is revoked when its successor is created.</summary>
/// <param name="Version">Its number.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="RevokedAt">Null for the active one.</param>
/// <param name="PublicKey">For a keypair; null for a group key.</param>
public sealed record KeyVersionStatus(
    int Version, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, byte[]? PublicKey)
{
    /// <summary>Maximum number of versions per page: about 100 KiB of JSON, two storage queries.</summary>
    public const int MaxPageSize = 1000;
}
