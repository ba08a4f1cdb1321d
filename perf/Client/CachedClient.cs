using System.Security.Cryptography;
using AtpKeyserver.Client;

namespace AtpKeyserver.Perf.Client;

/// <summary>A client whose calls complete synchronously, because the key is cached after the first one.</summary>
internal sealed class CachedClient : IDisposable
{
    public const string Group = "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends";
    public const string AtUri = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3laaaaaaaaaa2";

    private readonly HttpClient _http;

    public CachedClient()
    {
        _http = new HttpClient(new KeyInMemory(Group, Key));
        Keyserver = new KeyserverClient(
            "did:web:keys.example.com",
            (_, _, _) => Task.FromResult("none"),
            new KeyserverClientOptions { Address = new Uri("https://keys.example.com"), HttpClient = _http });
    }

    /// <summary>The group's key.</summary>
    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(32);

    public KeyserverClient Keyserver { get; }

    /// <summary>Returns the result of a call that completes synchronously.</summary>
    public static T Now<T>(ValueTask<T> task) =>
        task.IsCompletedSuccessfully
            ? task.Result
            : throw new InvalidOperationException("The call did not complete synchronously.");

    /// <summary>The call that encrypts the plaintext.</summary>
    public Action Encryption(byte[] plaintext) =>
        () => Now(Keyserver.Content.EncryptAsync(Group, AtUri, plaintext));

    /// <summary>The call that decrypts the encrypted plaintext.</summary>
    public async Task<Action> DecryptionAsync(byte[] plaintext, CancellationToken cancellation)
    {
        var content = await Keyserver.Content.EncryptAsync(Group, AtUri, plaintext, cancellation);
        return () => Now(Keyserver.Content.DecryptAsync(Group, AtUri, content.Ciphertext, content.KeyVersion));
    }

    public void Dispose()
    {
        Keyserver.Dispose();
        _http.Dispose();
    }
}
