using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// The keys that Key Vault wraps: one root, which authenticates the others and keys the hashes that stand for DIDs, and 64 shard keys,
/// which seal account keys and have versions. Each is made when it is first needed, exactly once among all instances, and asked of the vault
/// once per instance.
/// </summary>
public sealed class Keyring(KeyringTable table, KillSwitch killSwitch, IOptions<KeyserverOptions> options, ILogger<Keyring> logger)
{
    public const int Shards = 64;

    /// <summary>Versions of shard keys are 1 to this.</summary>
    public const int MaxVersion = 0xFFFF;

    /// <summary>No shard key has it: their versions begin at 1.</summary>
    internal const int RootNumber = 0;

    private static readonly TimeSpan AheadLimit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<int, SealingKey> _opened = new();
    private readonly SingleFlight<(int Number, bool MayCreate), SealingKey> _opening = new();

    /// <summary>Authenticates the keyring, and keys the hashes that stand for DIDs.</summary>
    public ValueTask<SealingKey> RootAsync(CancellationToken cancellation) => GetAsync(RootNumber, mayCreate: true, cancellation);

    /// <summary>
    /// Opens the root before anybody asks for it. Where there is none yet, none is made; where it fails, who asks later tries again. An offline
    /// server opens nothing.
    /// </summary>
    public async Task OpenRootAheadAsync()
    {
        if (killSwitch.Mode == ServiceMode.Offline)
            return;
        try
        {
            // Also over the way to an access token, which others would wait for, too.
            using var limit = new CancellationTokenSource(AheadLimit);
            if (await table.ReadAsync(RootNumber, limit.Token) is { } row && !_opened.ContainsKey(RootNumber))
                await _opening.RunAsync((RootNumber, MayCreate: true), end => OpenRootAsync(row, end), limit.Token);
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
        }
        catch (Exception e)
        {
            var (error, status) = FailureCause.Of(e);
            Log.KeyringNotOpenedAhead(logger, error, status);
        }
    }

    /// <summary>
    /// The key that seals this account's key now: the newest version, as it is after this call. Nothing is remembered, so no account is sealed
    /// under an old version later than a request lasts after the new one was made.
    /// </summary>
    public async Task<SealingKey> ForSealingAsync(Did account, CancellationToken cancellation)
    {
        var shard = SHA256.HashData(Encoding.UTF8.GetBytes(account.Value))[0] % Shards;
        var newest = await table.FindNewestAsync(shard, await RootAsync(cancellation), cancellation);
        return await GetAsync(newest ?? Number(shard, version: 1), mayCreate: newest is null, cancellation);
    }

    /// <summary>The key that a sealed account key names; never made here: nobody vouches for the number in the storage yet.</summary>
    /// <exception cref="TamperedException">There is no such key.</exception>
    public ValueTask<SealingKey> ForOpeningAsync(ReadOnlySpan<byte> sealedAccountKey, CancellationToken cancellation) =>
        OfNumberAsync(NumberOf(sealedAccountKey), cancellation);

    /// <summary>A shard key that exists.</summary>
    public ValueTask<SealingKey> OfNumberAsync(int number, CancellationToken cancellation) => GetAsync(number, mayCreate: false, cancellation);

    /// <summary>The number of the shard key that a sealed account key names.</summary>
    /// <exception cref="TamperedException">There can be no such key.</exception>
    public static int NumberOf(ReadOnlySpan<byte> sealedAccountKey) =>
        SealedForm.KeyNumber(sealedAccountKey) is { } number && IsShardKey(number) ? number : throw NoSuchKey();

    /// <summary>128 bits that tell one keyring from another.</summary>
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
        return _opened[number] = await table.OpenAsync(await ReadAsync(number, root, mayCreate, cancellation), number, root, cancellation);
    }

    private async Task<SealingKey> OpenRootAsync(TableEntity row, CancellationToken cancellation)
    {
        var key = await table.OpenAsync(row, RootNumber, root: null, cancellation);

        // Anybody who knows the KEK's public half can wrap a key, so a keyring exchanged as a whole shows only in its fingerprint.
        var fingerprint = Convert.ToHexStringLower(Fingerprint(key));
        var pinned = options.Value.KeyVault.KeyringFingerprint;
        if (pinned.Length > 0 && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(pinned), Encoding.UTF8.GetBytes(fingerprint)))
            throw TamperedException.At(KeyringTable.Name, $"its fingerprint is {fingerprint}, not the one in Keyserver__KeyVault__KeyringFingerprint");
        Log.KeyringOpened(logger, fingerprint);
        return _opened[RootNumber] = key;
    }

    /// <summary>Reads a key's row; where it may be made, the first who finds none makes it, and everybody else reads that one.</summary>
    private async Task<TableEntity> ReadAsync(int number, SealingKey? root, bool mayCreate, CancellationToken cancellation)
    {
        var row = await table.ReadAsync(number, cancellation);
        if (row is not null)
            return row;
        if (!mayCreate)
            throw NoSuchKey();
        killSwitch.CheckChange();
        await table.CreateAsync(number, root, cancellation);
        return await table.ReadAsync(number, cancellation) ?? throw TamperedException.At(KeyringTable.Name, "a key vanished");
    }

    private static TamperedException NoSuchKey() => TamperedException.At("accounts", "an account key names a shard key that does not exist");
}
