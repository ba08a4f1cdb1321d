using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit;

/// <summary>Validation of the settings at startup: each failure names its setting.</summary>
public sealed class KeyserverOptionsTests
{
    private static KeyserverOptions Good => new()
    {
        Did = "did:web:keys.example.com",
        PublicOrigin = "https://keys.example.com",
        Tables = { ServiceUri = "https://example.table.core.windows.net" },
        KeyVault = { KeyId = "https://example.vault.azure.net/keys/keyserver" },
    };

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public void Valid_settings_are_accepted_in_every_environment(string environment) =>
        Assert.Empty(Failures(environment, _ => { }));

    [Fact]
    public void Development_may_use_emulators() => Assert.Empty(Failures("Development", options =>
    {
        options.Did = "did:web:localhost%3A7071";
        options.PublicOrigin = "http://localhost:7071";
        options.PlcDirectory = "http://localhost:2582";
        options.AllowLocalhost = true;
        options.Tables = new TablesOptions { ConnectionString = "UseDevelopmentStorage=true" };
        options.KeyVault =
            new KeyVaultOptions { KeyId = "https://localhost:8443/keys/keyserver", EmulatorToken = "letmein" };
    }));

    [Theory]
    [InlineData("")]
    [InlineData("keys.example.com")]
    [InlineData("did:web:localhost%3A7071")]
    [InlineData("did:web:keys.example.com#atp_keyserver")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    public void The_DID_must_be_valid(string did) => Fails("Keyserver__Did", options => options.Did = did);

    [Theory]
    [InlineData("")]
    [InlineData("keys.example.com")]
    [InlineData("http://keys.example.com")]
    [InlineData("https://keys.example.com/api")]
    [InlineData("https://keys.example.com/?a")]
    [InlineData("https://keys.example.com/#a")]
    [InlineData("https://user@keys.example.com")]
    public void The_origin_must_be_valid(string origin) =>
        Fails("Keyserver__PublicOrigin", options => options.PublicOrigin = origin);

    [Theory]
    [InlineData("")]
    [InlineData("http://plc.example.com")]
    public void The_directory_must_be_valid(string url) =>
        Fails("Keyserver__PlcDirectory", options => options.PlcDirectory = url);

    [Theory]
    [InlineData("")]
    [InlineData("dns.example.com")]
    [InlineData("127.0.0.1:dns")]
    [InlineData("127.0.0.1:65536")]
    public void A_name_server_must_be_an_address(string server) =>
        Fails("Keyserver__NameServers__0", options => options.NameServers = [server]);

    [Fact]
    public void At_most_three_name_servers_are_allowed()
    {
        string[] four = ["192.0.2.1", "192.0.2.2:5353", "::1", "[2001:db8::1]:53"];
        Assert.Empty(Failures("Production", options => options.NameServers = four[..3]));
        Assert.Empty(Failures("Production", options => options.NameServers = four[1..]));
        Fails("Keyserver__NameServers__0", options => options.NameServers = four);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://example.table.core.windows.net")]
    public void The_storage_must_be_valid(string uri) =>
        Fails("Keyserver__Tables__ServiceUri", options => options.Tables.ServiceUri = uri);

    [Theory]
    [InlineData("")]
    [InlineData("http://example.vault.azure.net/keys/keyserver")]
    [InlineData("https://example.vault.azure.net/")]
    [InlineData("https://example.vault.azure.net/secrets/keyserver")]
    [InlineData("https://example.vault.azure.net/keys/keyserver/0123456789abcdef0123456789abcdef")]
    public void The_key_must_be_valid_and_have_no_version(string id) =>
        Fails("Keyserver__KeyVault__KeyId", options => options.KeyVault.KeyId = id);

    [Theory]
    [InlineData("abc")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    public void A_fingerprint_must_have_32_digits(string pin) =>
        Fails("Keyserver__KeyVault__KeyringFingerprint", options => options.KeyVault.KeyringFingerprint = pin);

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    public void The_limit_of_anonymous_creations_is_validated(int count) =>
        Fails("Keyserver__PublicCreationsPerHour", options => options.PublicCreationsPerHour = count);

    [Theory]
    [InlineData(29)]
    [InlineData(181)]
    public void The_log_retention_is_30_to_180_days(int days) =>
        Fails("Keyserver__AccessLog__RetentionDays", options => options.AccessLog.RetentionDays = days);

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public void The_limit_of_rotations_is_validated(int changes) =>
        Fails("Keyserver__MaintenancePerSecond", options => options.MaintenancePerSecond = changes);

    [Fact]
    public void The_mode_must_be_known() => Fails("Keyserver__Mode", options => options.Mode = (ServiceMode)3);

    [Fact]
    public void The_address_logging_mode_must_be_known() =>
        Fails("Keyserver__AccessLog__IpAddresses",
            options => options.AccessLog.IpAddresses = (IpAddressLogging)9);

    [Fact]
    public void Development_settings_are_refused_in_production()
    {
        Fails("Keyserver__AllowLocalhost", options => options.AllowLocalhost = true);
        Fails("Keyserver__Tables__ConnectionString",
            options => options.Tables.ConnectionString = "UseDevelopmentStorage=true");
        Fails("Keyserver__KeyVault__EmulatorToken", options => options.KeyVault.EmulatorToken = "letmein");
        Fails("Keyserver__KeyVault__EmulatorToken",
            options => options.KeyVault.KeyId = "https://localhost:8443/keys/keyserver");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AccountName=acme")]
    [InlineData("AccountName=acme;AccountKey=*")]
    public void A_broken_connection_string_is_refused(string text)
    {
        var failures = Failures("Development", options => options.Tables.ConnectionString = text);
        Assert.Contains("Keyserver__Tables__ConnectionString", Assert.Single(failures), StringComparison.Ordinal);
    }

    private static void Fails(string setting, Action<KeyserverOptions> change) =>
        Assert.Contains(setting, Assert.Single(Failures("Production", change)), StringComparison.Ordinal);

    private static IEnumerable<string> Failures(string environment, Action<KeyserverOptions> change)
    {
        var options = Good;
        change(options);
        var host = new Named(environment);
        IValidateOptions<KeyserverOptions>[] validators =
            [new KeyserverOptionsValidator(host), new ConnectionStringValidator(host)];
        return validators.SelectMany(validator => validator.Validate(null, options).Failures ?? []);
    }

    private sealed class Named(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
