using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AtpKeyserver.Emulators.KeyVault.Wire;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>Stores and changes keys. A change is saved before it is visible.</summary>
internal sealed partial class Vault : IDisposable
{
    private const int DefaultKeySize = 2048;
    private const int VersionIdLength = 32;

    private static readonly string[] AllOperations = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"];

    private readonly Lock _changes = new();
    private readonly ConcurrentDictionary<string, VaultKey> _keys;
    private readonly KeyStore? _store;
    private readonly TimeProvider _time;

    public Vault(PrivateFolder? folder, TimeProvider time)
    {
        _time = time;
        _store = folder is null ? null : new KeyStore(folder);
        _keys = new ConcurrentDictionary<string, VaultKey>(
            (_store?.Load() ?? []).ToDictionary(key => key.Name),
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Unix seconds.</summary>
    public long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The keys that are not deleted, by name.</summary>
    public IEnumerable<VaultKey> All =>
        _keys.Values.Where(key => key.DeletedAt is null).OrderBy(key => key.Name, StringComparer.Ordinal);

    public VaultKey Find(string name) =>
        Known(name) is { DeletedAt: null } key ? key : throw VaultException.NotFound(name);

    public VaultKey FindDeleted(string name) => Known(name) is { DeletedAt: not null } key
        ? key
        : throw VaultException.NotFound(name);

    /// <param name="name">The key's name.</param>
    /// <param name="id">Empty for the newest version.</param>
    public (VaultKey Key, KeyVersion Version) Find(string name, string id)
    {
        var key = Find(name);
        return (key, id.Length == 0 ? key.Newest : Find(key, id));
    }

    public VaultKey FindOrCreate(string name)
    {
        if (Known(name) is { DeletedAt: null } present)
            return present;
        var version = NewVersion(new CreateKeyRequest { Kty = "RSA" });
        return Change(name, key => key ?? new VaultKey(name, [version], null));
    }

    /// <summary>Creates a key, or a new version of an existing key.</summary>
    public VaultKey Create(string name, CreateKeyRequest request)
    {
        _ = Known(name); // Rejects an invalid name before the expensive key generation.
        var version = NewVersion(request);
        return Change(name, key => key is null ? new VaultKey(name, [version], null) : Append(key, version));
    }

    /// <summary>Creates a new version with the properties of the newest one.</summary>
    public VaultKey Rotate(string name)
    {
        var newest = Find(name).Newest;
        var version = NewVersion(new CreateKeyRequest
        {
            Kty = "RSA",
            KeySize = newest.Key.KeySize,
            KeyOps = newest.Operations,
            Tags = newest.Tags,
        });
        return Change(name, key => Append(key ?? throw VaultException.NotFound(name), version));
    }

    public (VaultKey Key, KeyVersion Version) Update(string name, string id, UpdateKeyRequest request)
    {
        var changed = Find(name, id).Version;
        var key = Change(name, key =>
        {
            var before = Find(key ?? throw VaultException.NotFound(name), changed.Id);
            changed = before with
            {
                Attributes = (request.Attributes ?? new KeyAttributes()).Over(before.Attributes) with { Updated = Now },
                Operations = request.KeyOps ?? before.Operations,
                Tags = request.Tags ?? before.Tags,
            };
            return key with { Versions = key.Versions.Replace(before, changed) };
        });
        return (key, changed);
    }

    public VaultKey Delete(string name) =>
        Change(name, key => (key ?? throw VaultException.NotFound(name)) with { DeletedAt = Now });

    /// <summary>Removes a deleted key permanently.</summary>
    public void Purge(string name)
    {
        lock (_changes)
        {
            var key = FindDeleted(name);
            _store?.Remove(key.Name);
            _keys.TryRemove(key.Name, out _);
        }
    }

    public void Dispose()
    {
        foreach (var version in _keys.Values.SelectMany(key => key.Versions))
            version.Key.Dispose();
    }

    private static KeyVersion Find(VaultKey key, string id) =>
        key.Versions.Find(version => version.Id == id) ?? throw VaultException.NotFound($"{key.Name}/{id}");

    private static VaultKey Append(VaultKey key, KeyVersion version) =>
        key with { Versions = key.Versions.Add(version) };

    /// <summary>1–127 letters, digits and hyphens.</summary>
    [GeneratedRegex(@"\A[0-9a-zA-Z-]{1,127}\z")]
    private static partial Regex KeyName();

    private VaultKey? Known(string name)
    {
        if (!KeyName().IsMatch(name))
            throw VaultException.BadParameter($"The request URI contains an invalid name: {name}");
        return _keys.GetValueOrDefault(name);
    }

    private VaultKey Change(string name, Func<VaultKey?, VaultKey> change)
    {
        lock (_changes)
        {
            var before = Known(name);
            if (before?.DeletedAt is not null)
                throw VaultException.Conflict(name);
            var after = change(before);
            if (ReferenceEquals(before, after))
                return after;
            _store?.Save(after);
            return _keys[name] = after;
        }
    }

    private KeyVersion NewVersion(CreateKeyRequest request)
    {
        if (request.Kty != "RSA")
            throw VaultException.BadParameter(
                $"Property kty has the value {request.Kty ?? "null"}; only RSA is supported.");
        var size = request.KeySize ?? DefaultKeySize;
        if (size is not (2048 or 3072 or 4096))
            throw VaultException.BadParameter(
                $"Property key_size has the value {size}; it must be 2048, 3072 or 4096.");
        var key = RSA.Create();
        key.KeySize = size;
        _ = key.ExportRSAPublicKey(); // Generates the key pair here, not under the lock.
        var made = new KeyAttributes { Enabled = true, Created = Now, Updated = Now };
        return new KeyVersion(
            RandomNumberGenerator.GetHexString(VersionIdLength, lowercase: true),
            key,
            (request.Attributes ?? new KeyAttributes()).Over(made),
            request.KeyOps ?? AllOperations,
            request.Tags);
    }
}
