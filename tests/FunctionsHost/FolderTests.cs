using System.Net;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Effects of <c>host.json</c> and <c>local.settings.json</c> in the folder.</summary>
public sealed class FolderTests(FolderHost folder) : IClassFixture<FolderHost>
{
    private readonly AppHost _app = folder.App;

    [Fact]
    public async Task Requests_over_the_concurrency_limit_wait_and_over_the_outstanding_limit_get_429()
    {
        using var leaving = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 5).Select(_ => _app.Http.GetAsync("/v1/keys/answers/gate", leaving.Token))
            .ToList();
        await _app.WaitAtGateAsync(2);
        for (var refused = 0; refused < 2; refused++)
        {
            var first = await Task.WhenAny(calls);
            Assert.Equal(HttpStatusCode.TooManyRequests, (await first).StatusCode);
            calls.Remove(first);
        }

        // Two requests at the gate and a waiting one disconnect. The next ones must get their slots.
        await leaving.CancelAsync();
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var later = Enumerable.Range(0, 3).Select(_ => SendUntilTakenAsync("/v1/keys/answers/gate")).ToArray();
        await _app.WaitAtGateAsync(4);
        _app.OpenGate();
        foreach (var text in await Task.WhenAll(later))
            Assert.Equal("at most 2 at once", text);
    }

    [Theory]
    [InlineData("HOSTAPP_IN_FILE", "file")]
    [InlineData("HOSTAPP_IN_FILE_AND_ENVIRONMENT", "environment")]
    [InlineData("HOSTAPP_IN_ALL", "options")]
    [InlineData("HOSTAPP_REMOVED_FROM_FILE", "(none)")]
    [InlineData("HOSTAPP_REMOVED_FROM_ENVIRONMENT", "(none)")]
    [InlineData("HOSTAPP_NESTED__NAME", "file")]
    [InlineData("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated")]
    public async Task Settings_come_from_the_file_then_the_environment_then_the_options(string name, string value) =>
        Assert.Equal(value, await SendUntilTakenAsync($"/v1/keys/answers/setting/{name}"));

    [Fact]
    public async Task The_prefix_applies_to_every_route()
    {
        using var response = await _app.SendAsync("GET", "/answers/setting/HOME");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<string> SendUntilTakenAsync(string target)
    {
        while (true)
        {
            using var response = await _app.SendAsync("GET", target);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
                return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        }
    }
}
