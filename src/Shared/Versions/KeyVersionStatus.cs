namespace AtpKeyserver.Versions;

/// <summary>What a version list says of a version. It was revoked when its successor was created; the active one has none.</summary>
/// <param name="Version">Its number.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">Null for the active one.</param>
/// <param name="PublicKey">Of a keypair; null for a group key.</param>
public sealed record KeyVersionStatus(int Version, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, byte[]? PublicKey)
{
    /// <summary>Versions that one page of a list has at most: some 100 KiB of JSON, two queries of the storage.</summary>
    public const int MaxPageSize = 1000;
}
