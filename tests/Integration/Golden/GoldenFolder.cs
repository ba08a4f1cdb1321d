using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>The files of tests/Golden.</summary>
internal static class GoldenFolder
{
    private static readonly string Root = Path.Combine(AzuriteProcess.RepositoryRoot(), "tests", "Golden");

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Oldest first.</summary>
    public static string[] All { get; } =
        [.. Directory.EnumerateDirectories(Root).Select(Path.GetFileName).OfType<string>()
            .OrderBy(name => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture))];

    /// <summary>The public test key.</summary>
    public static RSA Kek()
    {
        var kek = RSA.Create();
        kek.ImportFromPem(File.ReadAllText(Path.Combine(Root, "v1", "TEST-ONLY-kek.pem")));
        return kek;
    }

    public static Dump Dump(string version) => Golden.Dump.Read(Path.Combine(Root, version, "storage.json"));

    public static Dictionary<string, string> Answers(string version) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(
            File.ReadAllText(Path.Combine(Root, version, "answers.json")))!;

    public static void Write(string version, Dump dump, IReadOnlyDictionary<string, string> answers)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, version)).FullName;
        dump.Write(Path.Combine(folder, "storage.json"));
        File.WriteAllText(Path.Combine(folder, "answers.json"), JsonSerializer.Serialize(answers, Readable) + "\n");
    }
}
