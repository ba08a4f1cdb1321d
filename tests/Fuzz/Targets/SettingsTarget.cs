using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// Lines with DID, origin, directory, vault key and table endpoint: refused with messages, or valid enough to start
/// with.
/// </summary>
internal sealed class SettingsTarget() : Target("settings", typeof(KeyserverOptionsValidator))
{
    private readonly KeyserverOptionsValidator _validator = new(new Production());

    public override IEnumerable<string> Words =>
    [
        "https://", "http://", "did:web:a.example.com", "/keys/", "/keys/kek", "vault.azure.net", ":443", "@", "?", "#",
        "//", "%2F",
        "\\", "localhost", "[::1]"
    ];

    public override bool Run(byte[] input)
    {
        var lines = Texts.Of(input).Split('\n');
        string Line(int number) => number < lines.Length ? lines[number] : "";
        var options = new KeyserverOptions
        {
            Did = Line(0),
            PublicOrigin = Line(1),
            PlcDirectory = Line(2),
            KeyVault = new() { KeyId = Line(3), KeyringFingerprint = Line(5) },
            Tables = new() { ServiceUri = Line(4) },
        };
        var result = _validator.Validate(null, options);
        if (result.Failed)
            return false;
        FindingException.Unless(Did.TryParse(options.Did, allowLocalhost: false, out _), "The DID is invalid.");
        FindingException.Unless(
            new Uri(options.PublicOrigin).Scheme == "https" && new Uri(options.KeyVault.KeyId).Scheme == "https",
            "The URL is not https.");
        _ = new Uri($"{options.PlcDirectory.TrimEnd('/')}/did:plc:abcdefghijklmnopqrstuvwx");
        _ = new Kek(new Uri(options.KeyVault.KeyId), new EmulatorCredential("t"), emulator: false);
        _ = new Uri(options.Tables.ServiceUri);
        return true;
    }

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
