using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Identity;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Sealing;

/// <summary>
/// The keys that Key Vault wraps: one root, which authenticates the others and keys the hashes that stand for DIDs, and 64 shard keys,
/// which seal account keys. Each is made when it is first needed, exactly once among all instances, and asked of the vault once per instance.
/// </summary>
public sealed class Keyring
{
    public const int Shards = 64;

    private const string Partition = "keyring";
    private const string RootRow = "root";

    /// <summary>No shard key has it: their versions begin at 1.</summary>
    private const int RootNumber = 0;
    private const string WrappedColumn = "Wrapped";
    private const string KekColumn = "Kek";

    private readonly Table _table;
    private readonly Kek _kek;
    private readonly string _pinned;
    private readonly ILogger<Keyring> _logger;
    private readonly ConcurrentDictionary<int, SealingKey> _opened = new();
    private readonly SingleFlight<(int Number, bool MayCreate), SealingKey> _opening = new();

    public Keyring(Tables tables, Kek kek, IOptions<KeyserverOptions> options, ILogger<Keyring> logger)
    {
        _table = tables.Keyring;
        _kek = kek;
        _pinned = options.Value.KeyVault.KeyringFingerprint;
        _logger = logger;
    }

    /// <summary>Authenticates the keyring, and keys the hashes that stand for DIDs.</summary>
    public ValueTask<SealingKey> RootAsync(CancellationToken cancellation) => GetAsync(RootNumber, mayCreate: true, cancellation);

    /// <summary>The key that seals this account's key now.</summary>
    public ValueTask<SealingKey> ForSealingAsync(Did account, CancellationToken cancellation)
    {
        var shard = SHA256.HashData(Encoding.UTF8.GetBytes(account.Value))[0] % Shards;
        return GetAsync(Number(shard, version: 1), mayCreate: true, cancellation);
    }

    /// <summary>The key that a sealed account key names; never made here: nobody vouches for the number in the storage yet.</summary>
    /// <exception cref="TamperedException">There is no such key.</exception>
    public ValueTask<SealingKey> ForOpeningAsync(ReadOnlySpan<byte> sealedAccountKey, CancellationToken cancellation) =>
        SealedForm.KeyNumber(sealedAccountKey) is { } number && number >> 16 is >= 0 and < Shards && (number & 0xFFFF) == 1
            ? GetAsync(number, mayCreate: false, cancellation)
            : throw NoSuchShard();

    private static TamperedException NoSuchShard() =>
        TamperedException.At("accounts", "an account key names a shard key that does not exist");

    private static int Number(int shard, int version) => (shard << 16) | version;

    private ValueTask<SealingKey> GetAsync(int number, bool mayCreate, CancellationToken cancellation) =>
        _opened.TryGetValue(number, out var key)
            ? ValueTask.FromResult(key)
            : new(_opening.RunAsync((number, mayCreate), limit => OpenAsync(number, mayCreate, limit), cancellation));

    private async Task<SealingKey> OpenAsync(int number, bool mayCreate, CancellationToken cancellation) =>
        _opened[number] = number == RootNumber ? await OpenRootAsync(cancellation) : await OpenShardAsync(number, mayCreate, cancellation);

    private async Task<SealingKey> OpenRootAsync(CancellationToken cancellation)
    {
        var key = await ReadOrCreateAsync(RootRow, RootNumber, root: null, mayCreate: true, cancellation);

        // Anybody who knows the KEK's public half can wrap a key, so a keyring exchanged as a whole shows only in its fingerprint.
        var fingerprint = Convert.ToHexStringLower(key.Mac("keyring fingerprint"u8).AsSpan(0, 16));
        if (_pinned.Length > 0 && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(_pinned), Encoding.UTF8.GetBytes(fingerprint)))
            throw TamperedException.At(_table.Name, $"its fingerprint is {fingerprint}, not the one in Keyserver__KeyVault__KeyringFingerprint");
        Log.KeyringOpened(_logger, fingerprint);
        return key;
    }

    private async Task<SealingKey> OpenShardAsync(int number, bool mayCreate, CancellationToken cancellation)
    {
        var root = await RootAsync(cancellation);
        var name = string.Create(CultureInfo.InvariantCulture, $"shard-{number >> 16:D2}.{number & 0xFFFF:D10}");
        return await ReadOrCreateAsync(name, number, root, mayCreate, cancellation);
    }

    /// <summary>
    /// Reads a key's row and unwraps it; the first who finds none makes it, and everybody else reads that one. Where the root is known, the vault
    /// is asked nothing for a row that the root did not sign; the root's own row is signed by itself.
    /// </summary>
    private async Task<SealingKey> ReadOrCreateAsync(
        string name, int number, SealingKey? root, bool mayCreate, CancellationToken cancellation)
    {
        var row = await _table.GetAsync(Partition, name, cancellation);
        if (row is null)
        {
            if (!mayCreate)
                throw NoSuchShard();
            await CreateAsync(name, number, root, cancellation);
            row = await _table.GetAsync(Partition, name, cancellation) ?? throw TamperedException.At(_table.Name, "a key vanished");
        }

        if (root is not null)
            RowMac.Verify(row, _table.Name, root);
        var wrapped = UnverifiedColumns.Get<byte[]>(row, _table.Name, WrappedColumn);
        var kek = UnverifiedColumns.Get<string>(row, _table.Name, KekColumn);
        var unwrapped = await _kek.UnwrapAsync(wrapped, kek, cancellation);
        try
        {
            if (unwrapped.Length != SealingKey.Length)
                throw TamperedException.At(_table.Name, "an unwrapped key has the wrong length");
            var key = new SealingKey(unwrapped, number);
            if (root is null)
                RowMac.Verify(row, _table.Name, key);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    private async Task CreateAsync(string name, int number, SealingKey? root, CancellationToken cancellation)
    {
        var key = RandomNumberGenerator.GetBytes(SealingKey.Length);
        try
        {
            var (wrapped, kek) = await _kek.WrapAsync(key, cancellation);
            var row = new TableEntity(Partition, name) { [WrappedColumn] = wrapped, [KekColumn] = kek };
            RowMac.Sign(row, _table.Name, root ?? new SealingKey(key, number));
            if (await _table.TryInsertAsync(row, cancellation))
                Log.KeyCreated(_logger, name, kek);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
