using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Client;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Client;

const string group = "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends";
const string atUri = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3laaaaaaaaaa2";

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var machine = Report.Machine;
Console.WriteLine(machine);

_ = Libsodium.sodium_init();
var key = RandomNumberGenerator.GetBytes(32);
using var http = new HttpClient(new KeyInMemory(group, key));
using var keyserver = new KeyserverClient(
    "did:web:keys.example.com",
    (_, _, _) => Task.FromResult("none"),
    new KeyserverClientOptions { Address = new Uri("https://keys.example.com"), HttpClient = http });

List<Measurement> measurements = [];
foreach (var (size, name, iterations) in new[] { (1 << 10, "1 KB", 20_000), (1 << 20, "1 MB", 40) })
{
    var plaintext = RandomNumberGenerator.GetBytes(size);
    var (nonce, aad, buffer) = (new byte[24], Encoding.UTF8.GetBytes(atUri), new byte[size + 16]);
    var content = await keyserver.Content.EncryptAsync(group, atUri, plaintext);
    Libsodium.Encrypt(key, nonce, aad, plaintext, buffer);
    measurements.Add(Measurement.Of($"encrypt {name}", iterations, () => Now(keyserver.Content.EncryptAsync(group, atUri, plaintext))));
    measurements.Add(Measurement.Of(
        $"encrypt {name}, libsodium", iterations, () => Libsodium.Encrypt(key, nonce, aad, plaintext, new byte[size + 16])));
    measurements.Add(Measurement.Of(
        $"decrypt {name}", iterations, () => Now(keyserver.Content.DecryptAsync(group, atUri, content.Ciphertext, 1))));
    measurements.Add(Measurement.Of(
        $"decrypt {name}, libsodium", iterations, () => Libsodium.Decrypt(key, nonce, aad, buffer, new byte[size])));
}

var active = new KeyId(KeyKind.Group, group, KeyId.Active);
measurements.Add(Measurement.Of("cache hit", 1_000_000, () => Now(keyserver.Keys.RentAsync(active, default)).Dispose()));

Console.WriteLine();
Console.WriteLine($"{"what",-26} {"ns",12} {"bytes",12}");
foreach (var each in measurements)
    Console.WriteLine($"{each.Name,-26} {each.Nanoseconds,12:N0} {each.Bytes,12:N0}");
Console.WriteLine();
Console.WriteLine(Report.Write("client", machine, measurements));

// All of it is in memory, so it has ended when it returns.
static T Now<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException("It waited.");
