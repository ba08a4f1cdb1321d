namespace AtpKeyserver.Versions;

/// <summary>What a version list says of a version. It was revoked when its successor was created; the active one has none.</summary>
/// <param name="Version">Its number.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">Null for the active one.</param>
/// <param name="PublicKey">Of a keypair; null for a group key.</param>
public sealed record KeyVersionStatus(int Version, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, byte[]? PublicKey)
{
    /// <param name="ascending">All versions, oldest first.</param>
    /// <param name="active">The active version: a later one is of a change that the reader's head does not know yet.</param>
    /// <returns>Newest first.</returns>
    public static IReadOnlyList<KeyVersionStatus> Of(IEnumerable<KeyVersion> ascending, int active)
    {
        var statuses = new List<KeyVersionStatus>();
        foreach (var version in ascending.Where(v => v.Version <= active))
        {
            if (statuses.Count > 0)
                statuses[^1] = statuses[^1] with { RevokedAt = version.Created };
            statuses.Add(new KeyVersionStatus(version.Version, version.Created, null, version.PublicKey));
        }

        statuses.Reverse();
        return statuses;
    }
}
