using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Client;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Client;

/// <summary>Measures <c>AtpKeyserver.Client</c> with cached keys against libsodium alone.</summary>
internal static class ClientVerb
{
    private const string Group = "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends";
    private const string AtUri = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3laaaaaaaaaa2";

    public static Command Create()
    {
        var command = new Command("client", "Encrypting and decrypting with the client library");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    public static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        _ = Libsodium.sodium_init();
        var key = RandomNumberGenerator.GetBytes(32);
        using var http = new HttpClient(new KeyInMemory(Group, key));
        using var keyserver = new KeyserverClient(
            "did:web:keys.example.com",
            (_, _, _) => Task.FromResult("none"),
            new KeyserverClientOptions { Address = new Uri("https://keys.example.com"), HttpClient = http });

        var active = new KeyId(KeyKind.Group, Group, KeyId.Active);
        List<Measurement> measurements =
        [
            .. await MeasureAsync(keyserver, key, 1 << 10, "1 KB", 20_000, cancellation),
            .. await MeasureAsync(keyserver, key, 1 << 20, "1 MB", 40, cancellation),
            Measurement.Of("cache hit", 1_000_000, () => Now(keyserver.Keys.RentAsync(active, default)).Dispose()),
        ];
        Console.WriteLine();
        Console.WriteLine($"{"what",-26} {"ns",12} {"bytes",12}");
        foreach (var each in measurements)
            Console.WriteLine($"{each.Name,-26} {each.Nanoseconds,12:N0} {each.Bytes,12:N0}");
        Console.WriteLine();
        Console.WriteLine(Report.Write("client", machine, measurements));
        return 0;
    }

    /// <param name="keyserver">The client.</param>
    /// <param name="key">The group's key.</param>
    /// <param name="size">The size of the plaintext in bytes.</param>
    /// <param name="name">The size as text.</param>
    /// <param name="iterations">The iterations of a run.</param>
    /// <param name="cancellation">Cancels the first call, which fetches the key.</param>
    private static async Task<List<Measurement>> MeasureAsync(
        KeyserverClient keyserver, byte[] key, int size, string name, int iterations, CancellationToken cancellation)
    {
        var plaintext = RandomNumberGenerator.GetBytes(size);
        var (nonce, aad, buffer) = (new byte[24], Encoding.UTF8.GetBytes(AtUri), new byte[size + 16]);
        var content = await keyserver.Content.EncryptAsync(Group, AtUri, plaintext, cancellation);
        Libsodium.Encrypt(key, nonce, aad, plaintext, buffer);
        return
        [
            Of($"encrypt {name}", () => Now(keyserver.Content.EncryptAsync(Group, AtUri, plaintext))),
            Of(
                $"encrypt {name}, libsodium",
                () => Libsodium.Encrypt(key, nonce, aad, plaintext, new byte[size + 16])),
            Of($"decrypt {name}", () => Now(keyserver.Content.DecryptAsync(Group, AtUri, content.Ciphertext, 1))),
            Of($"decrypt {name}, libsodium", () => Libsodium.Decrypt(key, nonce, aad, buffer, new byte[size])),
        ];

        Measurement Of(string what, Action call) => Measurement.Of(what, iterations, call);
    }

    /// <summary>Returns the result of a call that completes synchronously, because the key is cached.</summary>
    private static T Now<T>(ValueTask<T> task) =>
        task.IsCompletedSuccessfully
            ? task.Result
            : throw new InvalidOperationException("The call did not complete synchronously.");
}
