namespace AtpKeyserver.Client;

/// <summary>The calls that return keys.</summary>
internal sealed class KeyCalls(XrpcChannel xrpc)
{
    /// <summary>The most keys that <c>group.getKeys</c> accepts.</summary>
    internal const int MaxKeys = 100;

    /// <summary>
    /// 6 KiB of URL, less the path. The server refuses a request line of more than 8 KiB with a bare 414.
    /// </summary>
    private const int MaxQueryLength = (6 << 10) - 64;

    /// <summary>Splits keys into calls.</summary>
    public static IEnumerable<T[]> Split<T>(IEnumerable<T> items, Func<T, GroupKeyName> nameOf)
    {
        var (call, length) = (new List<T>(), 0);
        foreach (var item in items)
        {
            var added = new Parameters().Add("keys", nameOf(item).ToString()).ToString().Length;
            if (call.Count == MaxKeys || (call.Count > 0 && length + added > MaxQueryLength))
            {
                yield return [.. call];
                (call, length) = ([], 0);
            }

            call.Add(item);
            length += added;
        }

        if (call.Count > 0)
            yield return [.. call];
    }

    /// <summary>Reads the keys of one call. Creates no group.</summary>
    /// <returns>An entry per key, in the same order. Dispose them.</returns>
    public async Task<IReadOnlyList<GroupKeyEntry>> GetGroupKeysAsync(
        GroupKeyName[] names, CancellationToken cancellation)
    {
        var parameters = new Parameters();
        foreach (var name in names)
            parameters.Add("keys", name.ToString());
        var answer = await xrpc.QueryAsync(
            Nsid.Group + "getKeys", parameters, KeyJson.Default.GroupKeysResponse, cancellation)
            .ConfigureAwait(false);
        if (answer.Keys.Count == names.Length
            && answer.Keys.Zip(names).All(each => each.First?.IsAnswerTo(each.Second) == true))
            return answer.Keys!;
        foreach (var entry in answer.Keys)
            entry?.Dispose();
        throw KeyserverErrors.Unexpected("The server returned other keys than the requested ones.");
    }

    public async Task<GroupKey> GetGroupKeyAsync(string groupId, int? version, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        RequirePositive(version);
        var parameters = new Parameters().Add("group_id", groupId).Add("version", version);
        var answer = await xrpc.QueryAsync(
            Nsid.Group + "getKey", parameters, KeyJson.Default.GroupKeyResponse, cancellation)
            .ConfigureAwait(false);
        var key = new GroupKey(answer.GroupId, answer.SecretKey, answer.Version);
        if (answer.GroupId == groupId && IsRequestedVersion(answer.Version, version))
            return key;
        key.Dispose();
        throw KeyserverErrors.Unexpected("The server returned the key of another group or version.");
    }

    public async Task<Keypair> GetKeypairAsync(int? version, CancellationToken cancellation)
    {
        RequirePositive(version);
        var parameters = new Parameters().Add("version", version);
        var answer = await xrpc.QueryAsync(
            Nsid.Keypair + "getKeypair", parameters, KeyJson.Default.KeypairResponse, cancellation)
            .ConfigureAwait(false);
        var pair = new Keypair(answer.PublicKey, answer.PrivateKey, answer.Version);
        if (IsRequestedVersion(answer.Version, version))
            return pair;
        pair.Dispose();
        throw KeyserverErrors.Unexpected("The server returned another version.");
    }

    public async Task<AccountPublicKey> GetPublicKeyAsync(string did, int? version, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(did);
        RequirePositive(version);
        var parameters = new Parameters().Add("did", did).Add("version", version);
        var answer = await xrpc.QueryAsync(
            Nsid.Keypair + "getPublicKey", parameters, WireJson.Default.AccountPublicKey, cancellation, anonymous: true)
            .ConfigureAwait(false);
        return IsRequestedVersion(answer.Version, version)
            ? answer
            : throw KeyserverErrors.Unexpected("The server returned another version.");
    }

    internal static void RequirePositive(int? version, string name = "version")
    {
        if (version < 1)
            throw new ArgumentOutOfRangeException(name, "Versions start at 1.");
    }

    private static bool IsRequestedVersion(int answered, int? asked) =>
        answered >= 1 && (asked is null || asked == answered);
}
