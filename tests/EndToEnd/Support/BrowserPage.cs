using System.Net;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>
/// A page on its own origin, in a real browser: its script makes sequential calls with <c>fetch</c> and reports what
/// the browser shows.
/// </summary>
public static class BrowserPage
{
    private const string Page =
        """
        <!doctype html>
        <title>Calls the keyserver</title>
        <link rel="icon" href="data:,">
        <script type="module">
        const outcomes = [];
        for (const { url, ...init } of await (await fetch("/calls")).json()) {
            try {
                const response = await fetch(url, init);
                outcomes.push({
                    status: response.status,
                    text: await response.text(),
                    headers: Object.fromEntries(response.headers) });
            } catch (error) {
                outcomes.push({ status: 0, text: String(error), headers: {} });
            }
        }
        await fetch("/outcomes", { method: "POST", body: JSON.stringify(outcomes) });
        </script>
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static async Task<IReadOnlyList<Outcome>> RunAsync(params Call[] calls)
    {
        var reported = new TaskCompletionSource<Outcome[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var server = builder.Build();
        server.MapGet("/", () => Results.Content(Page, MediaTypeNames.Text.Html));
        server.MapGet("/calls", () => Results.Json(calls, Json));
        server.MapPost("/outcomes", async (HttpRequest request) =>
            reported.TrySetResult((await JsonSerializer.DeserializeAsync<Outcome[]>(request.Body, Json))!));
        await server.StartAsync();

        await using var browser = await Chromium.OpenAsync(new Uri(server.Urls.First()));
        using var limit = new CancellationTokenSource(Eventually.Patience);
        var first = await Task.WhenAny(reported.Task, browser.WaitForExitAsync(limit.Token));
        Assert.True(first == reported.Task,
            $"The page reported nothing. Chromium's last lines:{Environment.NewLine}{browser.LastOutput}");
        return await reported.Task;
    }

    /// <summary>The arguments of <c>fetch</c>.</summary>
    public sealed record Call(Uri Url)
    {
        public string Method { get; init; } = "GET";

        public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

        public string? Body { get; init; }

        public string? Credentials { get; init; }
    }

    /// <summary>What the script could read.</summary>
    /// <param name="Status">0 if the browser blocked the response.</param>
    /// <param name="Text">The body, or the error.</param>
    /// <param name="Headers">The headers that the browser exposed, with names in lower case.</param>
    public sealed record Outcome(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
    {
        public JsonElement Body => JsonSerializer.Deserialize<JsonElement>(Text);

        public Outcome Is(int status)
        {
            Assert.True(Status == status, $"Expected {status}, got {Status}: {Text}");
            return this;
        }

        /// <summary>A header; null if it is absent or not exposed.</summary>
        public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());
    }
}
