using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SimpleBase;

namespace AtpKeyserver.Emulators.Atproto.Accounts;

/// <summary>Stores and changes accounts. A change is saved before it is visible.</summary>
internal sealed partial class AccountRegistry : IDisposable
{
    private const int PlcIdentifierLength = 24;
    private const int AccessTokenLength = 43; // 256 bits in base64url's alphabet.
    private const string AccessTokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private readonly Lock _changes = new();
    private readonly ConcurrentBag<SigningKey> _retired = [];
    private readonly ConcurrentDictionary<string, Account> _byDid;
    private readonly AccountStore? _store;

    /// <param name="folder">Null: in memory.</param>
    /// <param name="port">A did:web contains the port. Accounts of other ports stay in the folder, unused.</param>
    public AccountRegistry(PrivateFolder? folder, int port)
    {
        WebDid = $"did:web:localhost%3A{port}";
        _store = folder is null ? null : new AccountStore(folder);
        _byDid = new ConcurrentDictionary<string, Account>(
            (_store?.Load() ?? [])
                .Where(account => account.Method == AccountMethod.Plc || account.Did == WebDid)
                .Select(account => KeyValuePair.Create(account.Did, account)));
    }

    /// <summary>The did:web of this port.</summary>
    public string WebDid { get; }

    public Account? Find(string did) => _byDid.GetValueOrDefault(did);

    public Account? FindByAccessToken(string token)
    {
        var bytes = Encoding.UTF8.GetBytes(token);
        return _byDid.Values.FirstOrDefault(account =>
            CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(account.AccessToken), bytes));
    }

    /// <summary>Finds an account by handle or DID.</summary>
    public Account? FindByName(string name) =>
        Find(name) ?? _byDid.Values.FirstOrDefault(account => account.Handle == name);

    /// <summary>Finds or creates the account with the handle.</summary>
    /// <exception cref="ArgumentException">
    /// The handle is invalid, its account has another method or curve, or another account has the did:web.
    /// </exception>
    public Account FindOrCreate(string handle, AccountMethod method, AccountCurve curve)
    {
        handle = handle.ToLowerInvariant();
        if (handle.Length > 253 || !HandleForm().IsMatch(handle))
            throw new ArgumentException($"'{handle}' is not a valid handle such as alice.test.");
        lock (_changes)
        {
            var present = _byDid.Values.FirstOrDefault(account => account.Handle == handle);
            if (present is not null)
            {
                return present.Method == method && present.Key.Curve == curve
                    ? present
                    : throw new ArgumentException(
                        $"{handle} exists as {present.Did} with a {present.Key.Curve} key.");
            }

            if (method == AccountMethod.Web && Find(WebDid) is { } other)
                throw new ArgumentException(
                    $"{WebDid} belongs to {other.Handle}. A port has only one did:web account.");

            var key = SigningKey.Create(curve);
            var did = method == AccountMethod.Web ? WebDid : PlcDid(key);
            var token = RandomNumberGenerator.GetString(AccessTokenAlphabet, AccessTokenLength);
            return Keep(new Account(did, handle, token, method, key, KeyRemoved: false, Tombstoned: false));
        }
    }

    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public Account Change(string did, Func<Account, Account> change)
    {
        lock (_changes)
        {
            var before = Get(did);
            var after = change(before);
            if (!ReferenceEquals(before.Key, after.Key))
                _retired.Add(before.Key); // It may still be in use.
            return Keep(after);
        }
    }

    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public Account Get(string did) =>
        Find(did) ?? throw new ArgumentException($"{did} is not an account of this emulator.", nameof(did));

    public void Dispose()
    {
        foreach (var key in _byDid.Values.Select(account => account.Key).Concat(_retired))
            key.Dispose();
    }

    /// <summary><see href="https://atproto.com/specs/handle"/></summary>
    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex HandleForm();

    /// <summary>
    /// Derives the DID from the public key. The real directory hashes the signed genesis operation instead.
    /// <see href="https://web.plc.directory/spec/v0.1/did-plc"/>
    /// </summary>
    private static string PlcDid(SigningKey key)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(key.Multibase));
        return "did:plc:" + Base32.Rfc4648.Encode(hash).ToLowerInvariant()[..PlcIdentifierLength];
    }

    private Account Keep(Account account)
    {
        _store?.Save(account);
        return _byDid[account.Did] = account;
    }
}
