using System.Globalization;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>The app refuses to start with settings that are wrong, and says which; in production it refuses what is for development.</summary>
public sealed class StartTests
{
    private const string Production = "Production";
    private const string Development = "Development";

    /// <summary>Good in production; nothing of it is reached before the first call.</summary>
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
    [InlineData(Development, "KeyVault__KeyId", "https://example.vault.azure.net/keys/keyserver/0123456789abcdef0123456789abcdef")]
    [InlineData(Development, "AccessLog__RetentionDays", "29")]
    [InlineData(Development, "AccessLog__RetentionDays", "181")]
    [InlineData(Development, "AccessLog__RetentionDays", "a year")]
    [InlineData(Development, "RateLimits__ReadsPerMinute", "0")]
    public async Task A_wrong_setting_is_refused_by_its_name(string environment, string setting, string value)
    {
        var (status, lines) = await RunAsync(environment, new(Good) { [$"Keyserver__{setting}"] = value });
        Assert.Equal(1, status);
        var line = Assert.Single(lines);
        Assert.Contains($"Keyserver__{setting}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once_one_line_each()
    {
        var (status, lines) = await RunAsync(Production, []);
        Assert.Equal(1, status);
        Assert.Equal(4, lines.Count);
        Assert.All(Good.Keys, name => Assert.Single(lines, line => line.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task With_the_right_settings_it_starts_and_tells_browsers_to_stay_with_https()
    {
        var port = LoopbackPort.Choose().ToString(CultureInfo.InvariantCulture);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = new Dictionary<string, string>(Good) { ["Keyserver__SecurityContact"] = "mailto:security@example.com" };
        var variables = Environment(Production, settings, port);
        await using var app = await ChildProcess.StartAsync("The app", "dotnet", [AppProcess.Assembly()], variables, line =>
        {
            if (line.Contains(port, StringComparison.Ordinal))
                ready.TrySetResult();
        });
        await Task.WhenAny(ready.Task, app.Process.WaitForExitAsync());
        Assert.False(app.Process.HasExited, app.LastOutput);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/.well-known/did.json"));
        Assert.StartsWith("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
        Assert.Contains("\"https://keys.example.com/\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var contact = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/.well-known/security.txt"));
        Assert.Equal("text/plain; charset=utf-8", contact.Content.Headers.ContentType!.ToString());
        var lines = (await contact.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal("Contact: mailto:security@example.com", lines[0]);
        Assert.Equal("Canonical: https://keys.example.com/.well-known/security.txt", lines[3]);
        var expires = DateTimeOffset.Parse(lines[1]["Expires: ".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(expires - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(170), TimeSpan.FromDays(364));
    }

    private static async Task<(int Status, IReadOnlyList<string> Lines)> RunAsync(string environment, Dictionary<string, string> settings)
    {
        List<string> lines = [];
        await using var app = await ChildProcess.StartAsync(
            "The app", "dotnet", [AppProcess.Assembly()], Environment(environment, settings, "0"), line =>
            {
                lock (lines)
                    lines.Add(line);
            });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await app.Process.WaitForExitAsync(limit.Token);
        lock (lines)
            return (app.Process.ExitCode, [.. lines]);
    }

    private static Dictionary<string, string?> Environment(string environment, Dictionary<string, string> settings, string port) =>
        new(settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value))
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = environment,
            ["FUNCTIONS_HOST_URLS"] = $"http://127.0.0.1:{port}",
        };
}
