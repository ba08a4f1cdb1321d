using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// The app refuses to start with invalid settings and names them; in production it refuses development settings.
/// </summary>
public sealed class StartTests
{
    private const string Production = "Production";
    private const string Development = "Development";

    /// <summary>Valid in production; none of these services is called before the first request.</summary>
    private static readonly Dictionary<string, string> Good = new()
    {
        ["Keyserver__Did"] = "did:web:keys.example.com",
        ["Keyserver__PublicOrigin"] = "https://keys.example.com",
        ["Keyserver__Tables__ServiceUri"] = "https://example.table.core.windows.net",
        ["Keyserver__KeyVault__KeyId"] = "https://example.vault.azure.net/keys/keyserver",
    };

    [Theory]
    [InlineData(Production, "SecurityContact", "security@example.com")]
    [InlineData(Production, "SecurityContact", "mailto:a@example.com\nContact: mailto:b@example.com")]
    [InlineData(Production, "Did", "")]
    [InlineData(Production, "PublicOrigin", "http://keys.example.com")]
    [InlineData(Production, "AllowLocalhost", "true")]
    [InlineData(Production, "Tables__ConnectionString", "UseDevelopmentStorage=true")]
    [InlineData(Production, "KeyVault__EmulatorToken", "letmein")]
    [InlineData(Development, "KeyVault__KeyId",
        "https://example.vault.azure.net/keys/keyserver/0123456789abcdef0123456789abcdef")]
    [InlineData(Development, "AccessLog__RetentionDays", "29")]
    [InlineData(Development, "AccessLog__RetentionDays", "181")]
    [InlineData(Development, "AccessLog__RetentionDays", "a year")]
    [InlineData(Development, "RateLimits__ReadsPerMinute", "0")]
    public async Task An_invalid_setting_is_refused_by_name(string environment, string setting, string value)
    {
        var line = Assert.Single(await RefusedAsync(environment, new(Good) { [$"Keyserver__{setting}"] = value }));
        Assert.Contains($"Keyserver__{setting}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_errors_are_reported_at_once_one_per_line()
    {
        var lines = await RefusedAsync(Production, []);
        Assert.Equal(4, lines.Count);
        Assert.All(Good.Keys, name => Assert.Single(lines, line => line.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Settings_of_a_wrong_type_are_reported_with_the_others()
    {
        var lines = await RefusedAsync(Development, new(Good)
        {
            ["Keyserver__Mode"] = "off",
            ["Keyserver__Replay"] = "7",
            ["Keyserver__RateLimits__ReadsPerMinute"] = "many",
            ["Keyserver__AllowLocalhost"] = "maybe",
            ["Keyserver__AccessLog__RetentionDays"] = "29",
            ["Keyserver__MaintenancePerSecond"] = "",
        });
        Assert.Equal(
            [
                "Set Keyserver__AccessLog__RetentionDays to a number of days from 30 to 180.",
                "Set Keyserver__AllowLocalhost to true or false, not 'maybe'.",
                "Set Keyserver__Mode to Normal, ReadOnly or Offline, not 'off'.",
                "Set Keyserver__RateLimits__ReadsPerMinute to a whole number, not 'many'.",
                "Set Keyserver__Replay to Off, Procedures or All, not '7'.",
            ],
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Misspelled_names_are_reported_with_the_others()
    {
        var lines = await RefusedAsync(Development, new(Good)
        {
            ["Keyserver__Mod"] = "Offline",
            ["Keyserver__AccesLog__Strict"] = "false",
            ["Keyserver__ReadsPerMinute"] = "100",
            ["Keyserver__RateLimits__DeniedDids"] = "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            ["Keyserver__RateLimits__DeniedNetwork__1"] = "203.0.113.0/24",
            ["Keyserver__RateLimits__ChangesPerMinute"] = "0",
            // A name of another version is not an error.
            ["Keyserver__RateLimits__ExportsPerDay"] = "1",
            ["Keyserver__Modus"] = "",
        });
        Assert.Equal(
            [
                "Keyserver__AccesLog__Strict is not a setting. Did you mean Keyserver__AccessLog__Strict?",
                "Keyserver__Mod is not a setting. Did you mean Keyserver__Mode?",
                "Keyserver__RateLimits__DeniedDids is not a setting. "
                    + "Did you mean Keyserver__RateLimits__DeniedDids__0?",
                "Keyserver__RateLimits__DeniedNetwork__1 is not a setting. "
                    + "Did you mean Keyserver__RateLimits__DeniedNetworks__1?",
                "Keyserver__ReadsPerMinute is not a setting. Did you mean Keyserver__RateLimits__ReadsPerMinute?",
                "Set Keyserver__RateLimits__ChangesPerMinute to a number from 1 to 1000000, not 0.",
            ],
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_name_of_another_version_is_ignored_with_a_warning()
    {
        var lines = new ConcurrentQueue<string>();
        var settings = new Dictionary<string, string>(Good) { ["Keyserver__Exports__Enabled2030"] = "x" };
        await using var app = await StartAsync(Production, settings, LoopbackPort.Choose(), lines.Enqueue);
        await Eventually.TrueAsync(() => lines.Any(line => line.Contains(
            "Keyserver__Exports__Enabled2030 is not a setting of this version and is ignored",
            StringComparison.Ordinal)));
    }

    /// <summary>Names of settings do not depend on the case of letters.</summary>
    [Fact]
    public async Task Settings_of_a_wrong_type_are_reported_in_any_case()
    {
        var lines = await RefusedAsync(Development, new(Good)
        {
            ["Keyserver__mode"] = "bogus",
            ["KEYSERVER__ACCESSLOG__RETENTIONDAYS"] = "x",
        });
        Assert.Equal(
            [
                "Set Keyserver__AccessLog__RetentionDays to a whole number, not 'x'.",
                "Set Keyserver__Mode to Normal, ReadOnly or Offline, not 'bogus'.",
            ],
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task With_valid_settings_it_starts_and_sends_HSTS()
    {
        var port = LoopbackPort.Choose();
        var settings =
            new Dictionary<string, string>(Good) { ["Keyserver__SecurityContact"] = "mailto:security@example.com" };
        await using var app = await StartAsync(Production, settings, port, Console.WriteLine);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/.well-known/did.json"));
        Assert.StartsWith("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")),
            StringComparison.Ordinal);
        Assert.Contains(
            "\"https://keys.example.com\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var contact = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/.well-known/security.txt"));
        Assert.Equal("text/plain; charset=utf-8", contact.Content.Headers.ContentType!.ToString());
        var lines = (await contact.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal("Contact: mailto:security@example.com", lines[0]);
        Assert.Equal("Canonical: https://keys.example.com/.well-known/security.txt", lines[3]);
        var expires = DateTimeOffset.Parse(lines[1]["Expires: ".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(expires - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(170), TimeSpan.FromDays(364));
    }

    [Fact]
    public async Task A_build_with_the_stand_in_returns_no_key_on_Azure()
    {
        var hasStandIn = File.Exists(Path.Combine(AppProcess.Folder(), "Standin.Azure.Security.KeyVault.Keys.dll"));
        var lines = new ConcurrentQueue<string>();
        var port = LoopbackPort.Choose();
        var settings = new Dictionary<string, string>(Good)
        {
            ["Keyserver__Tables__ServiceUri"] = "https://127.0.0.1:1",
            ["WEBSITE_INSTANCE_ID"] = "0123456789abcdef",
        };
        await using var app = await StartAsync(Production, settings, port, lines.Enqueue);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(
            new Uri($"http://127.0.0.1:{port}/xrpc/dev.atpkeyserver.alpha.keypair.getPublicKey"
                + "?did=did:web:alice.example"));
        Assert.Equal(
            hasStandIn ? HttpStatusCode.InternalServerError : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(hasStandIn,
            lines.Any(line => line.Contains("Build it with OfficialKeys=true.", StringComparison.Ordinal)));
    }

    /// <summary>The output of the app before it exits.</summary>
    private static async Task<IReadOnlyList<string>> RefusedAsync(
        string environment, Dictionary<string, string> settings)
    {
        var lines = new ConcurrentQueue<string>();
        var refusal =
            await Assert.ThrowsAsync<HostException>(() => StartAsync(environment, settings, 0, lines.Enqueue));
        Assert.All(lines, line => Assert.Contains(line, refusal.Message, StringComparison.Ordinal));
        return [.. lines];
    }

    private static Task<LocalHost> StartAsync(
        string environment, Dictionary<string, string> settings, int port, Action<string> writeLine) =>
        LocalHost.StartAsync(new LocalHostOptions
        {
            AppFolder = AppProcess.Folder(),
            Urls = [$"http://127.0.0.1:{port}"],
            WriteLine = writeLine,
            Environment = new Dictionary<string, string?>(
                settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            {
                ["AZURE_FUNCTIONS_ENVIRONMENT"] = environment,
            },
        });
}
