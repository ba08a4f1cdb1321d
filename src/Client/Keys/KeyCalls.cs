namespace AtpKeyserver.Client;

/// <summary>The calls that return keys.</summary>
internal sealed class KeyCalls(XrpcChannel xrpc)
{
    public async Task<GroupKey> GetGroupKeyAsync(string groupId, int? version, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        RequirePositive(version);
        var parameters = new Parameters().Add("group_id", groupId).Add("version", version);
        var answer = await xrpc.QueryAsync(
            Nsid.Group + "getKey", parameters, WireJson.Default.GroupKeyResponse, cancellation)
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
            Nsid.Keypair + "getKeypair", parameters, WireJson.Default.KeypairResponse, cancellation)
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
