using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// The keys wrapped by Key Vault: one root, which authenticates the others and keys the hashes of DIDs, and 64
/// versioned shard keys, which seal account keys. Each key is created on first use, exactly once across all instances,
/// and unwrapped once per instance.
/// </summary>
public sealed class Keyring(
    KeyringTable table, KillSwitch killSwitch, IOptions<KeyserverOptions> options, ILogger<Keyring> logger)
{
    public const int Shards = 64;

    /// <summary>Shard key versions are 1–65,535.</summary>
    public const int MaxVersion = 0xFFFF;

    /// <summary>Unused by shard keys: their versions start at 1.</summary>
    internal const int RootNumber = 0;

    /// <summary>The key of the transparency log. Shard keys have no negative numbers.</summary>
    internal const int LogNumber = -1;

    private static readonly TimeSpan StartupLimit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<int, SealingKey> _opened = new();
    private readonly SingleFlight<(int Number, bool MayCreate), SealingKey> _opening = new();

    /// <summary>The root key.</summary>
    public ValueTask<SealingKey> RootAsync(CancellationToken cancellation) =>
        GetAsync(RootNumber, mayCreate: true, cancellation);

    /// <summary>
    /// Opens the root at startup, before the first request. Does not create it. On failure, the first request that
    /// needs it retries. Does nothing if the server is offline.
    /// </summary>
    public async Task OpenRootAheadAsync()
    {
        if (killSwitch.Mode == ServiceMode.Offline)
            return;
        try
        {
            // Includes getting an access token, which other callers would also wait for.
            using var limit = new CancellationTokenSource(StartupLimit);
            if (await table.ReadAsync(RootNumber, limit.Token) is { } stored && !_opened.ContainsKey(RootNumber))
                await _opening.RunAsync((RootNumber, MayCreate: true), end => OpenRootAsync(stored, end), limit.Token);
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
        }
        catch (Exception e)
        {
            var (error, status) = FailureCause.Of(e);
            Log.OpeningKeyringFailed(logger, error, status);
        }
    }

    /// <summary>
    /// The newest shard key, for sealing this account's key. Not cached, so that old versions are used only by requests
    /// that started before the new version was created.
    /// </summary>
    public async Task<SealingKey> ForSealingAsync(Did account, CancellationToken cancellation)
    {
        var shard = SHA256.HashData(Encoding.UTF8.GetBytes(account.Value))[0] % Shards;
        var newest = await table.FindNewestAsync(shard, await RootAsync(cancellation), cancellation);
        return await GetAsync(newest ?? Number(shard, version: 1), mayCreate: newest is null, cancellation);
    }

    /// <summary>
    /// The shard key that sealed an account key. Never creates one, because the stored number is not authenticated yet.
    /// </summary>
    /// <exception cref="TamperedException">The shard key does not exist.</exception>
    public ValueTask<SealingKey> ForOpeningAsync(ReadOnlySpan<byte> sealedAccountKey, CancellationToken cancellation) =>
        OfNumberAsync(NumberOf(sealedAccountKey), cancellation);

    /// <summary>An existing shard key.</summary>
    public ValueTask<SealingKey> OfNumberAsync(int number, CancellationToken cancellation) =>
        GetAsync(number, mayCreate: false, cancellation);

    /// <summary>The key from which the keys of the transparency log are derived.</summary>
    /// <param name="mayCreate">False if the log has a head: then a missing key is an error.</param>
    /// <param name="cancellation">The deadline.</param>
    public ValueTask<SealingKey> LogAsync(bool mayCreate, CancellationToken cancellation) =>
        GetAsync(LogNumber, mayCreate, cancellation);

    /// <summary>The number of the shard key that sealed an account key.</summary>
    /// <exception cref="TamperedException">The number is not a shard key's.</exception>
    public static int NumberOf(ReadOnlySpan<byte> sealedAccountKey) =>
        SealedForm.KeyNumber(sealedAccountKey) is { } number && IsShardKey(number) ? number : throw NoSuchKey();

    /// <summary>A 128-bit identifier of the keyring.</summary>
    public static byte[] Fingerprint(SealingKey root) => root.Mac("keyring fingerprint"u8)[..16];

    internal static int Number(int shard, int version) => (shard << 16) | version;

    internal static int ShardOf(int number) => number >> 16;

    internal static int VersionOf(int number) => number & MaxVersion;

    internal static bool IsShardKey(int number) => ShardOf(number) is >= 0 and < Shards && VersionOf(number) > 0;

    private ValueTask<SealingKey> GetAsync(int number, bool mayCreate, CancellationToken cancellation) =>
        _opened.TryGetValue(number, out var key)
            ? ValueTask.FromResult(key)
            : new(_opening.RunAsync((number, mayCreate), limit => OpenAsync(number, mayCreate, limit), cancellation));

    private async Task<SealingKey> OpenAsync(int number, bool mayCreate, CancellationToken cancellation)
    {
        if (number == RootNumber)
            return await OpenRootAsync(await ReadAsync(number, root: null, mayCreate, cancellation), cancellation);
        var root = await RootAsync(cancellation);
        var stored = await ReadAsync(number, root, mayCreate, cancellation);
        return _opened[number] = await table.OpenAsync(stored, number, root, cancellation);
    }

    private async Task<SealingKey> OpenRootAsync(WrappedKey stored, CancellationToken cancellation)
    {
        var key = await table.OpenAsync(stored, RootNumber, root: null, cancellation);

        // Anyone with the KEK's public key can wrap keys, so only the fingerprint reveals that the whole keyring was
        // replaced.
        var fingerprint = Convert.ToHexStringLower(Fingerprint(key));
        var pinned = options.Value.KeyVault.KeyringFingerprint;
        if (pinned.Length > 0
            && !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(pinned), Encoding.UTF8.GetBytes(fingerprint)))
        {
            throw TamperedException.At(
                Tables.KeyringName,
                $"its fingerprint {fingerprint} does not match Keyserver__KeyVault__KeyringFingerprint");
        }

        Log.KeyringOpened(logger, fingerprint);
        return _opened[RootNumber] = key;
    }

    /// <summary>
    /// Reads a key's row. If it may be created, one instance creates it and all others read that row.
    /// </summary>
    private async Task<WrappedKey> ReadAsync(
        int number, SealingKey? root, bool mayCreate, CancellationToken cancellation)
    {
        if (await table.ReadAsync(number, cancellation) is { } stored)
            return stored;
        if (!mayCreate)
            throw NoSuchKey();
        killSwitch.CheckChange();
        await table.CreateAsync(number, root, cancellation);
        return await table.ReadAsync(number, cancellation)
            ?? throw TamperedException.At(Tables.KeyringName, "a key row disappeared after it was created");
    }

    private static TamperedException NoSuchKey() =>
        TamperedException.At(Tables.AccountsName, "an account key is sealed by a shard key that does not exist");
}
