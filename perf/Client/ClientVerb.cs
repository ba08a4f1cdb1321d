using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Client;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Client;

/// <summary>Measures <c>AtpKeyserver.Client</c> with cached keys against libsodium alone.</summary>
internal static class ClientVerb
{
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
        using var client = new CachedClient();

        var active = new KeyId(KeyKind.Group, CachedClient.Group, KeyId.Active);
        List<Measurement> measurements =
        [
            .. await MeasureAsync(client, 1 << 10, "1 KB", 20_000, cancellation),
            .. await MeasureAsync(client, 1 << 20, "1 MB", 40, cancellation),
            Measurement.Of(
                "cache hit",
                1_000_000,
                () => CachedClient.Now(client.Keyserver.Keys.RentAsync(active, default)).Dispose()),
        ];
        Console.WriteLine();
        Console.WriteLine($"{"what",-26} {"ns",12} {"bytes",12}");
        foreach (var each in measurements)
            Console.WriteLine($"{each.Name,-26} {each.Nanoseconds,12:N0} {each.Bytes,12:N0}");
        Console.WriteLine();
        Console.WriteLine(Report.Write("client", machine, measurements));
        return 0;
    }

    /// <param name="client">The client.</param>
    /// <param name="size">The size of the plaintext in bytes.</param>
    /// <param name="name">The size as text.</param>
    /// <param name="iterations">The iterations of a run.</param>
    /// <param name="cancellation">Cancels the first call, which fetches the key.</param>
    private static async Task<List<Measurement>> MeasureAsync(
        CachedClient client, int size, string name, int iterations, CancellationToken cancellation)
    {
        var plaintext = RandomNumberGenerator.GetBytes(size);
        var (key, nonce, buffer) = (client.Key, new byte[24], new byte[size + 16]);
        var aad = Encoding.UTF8.GetBytes(CachedClient.AtUri);
        var decryption = await client.DecryptionAsync(plaintext, cancellation);
        Libsodium.Encrypt(key, nonce, aad, plaintext, buffer);
        return
        [
            Of($"encrypt {name}", client.Encryption(plaintext)),
            Of(
                $"encrypt {name}, libsodium",
                () => Libsodium.Encrypt(key, nonce, aad, plaintext, new byte[size + 16])),
            Of($"decrypt {name}", decryption),
            Of($"decrypt {name}, libsodium", () => Libsodium.Decrypt(key, nonce, aad, buffer, new byte[size])),
        ];

        Measurement Of(string what, Action call) => Measurement.Of(what, iterations, call);
    }
}
