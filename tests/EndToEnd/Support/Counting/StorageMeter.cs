using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>
/// A proxy between an instance and Azurite that counts the requests by kind. Deletions of events are not counted: the
/// next change of the group makes them, or a request after a few seconds. Nor are rows of recent deletions, which other
/// tests may have left.
/// </summary>
public sealed class StorageMeter : IAsyncDisposable
{
    private readonly RecordingProxy _proxy;
    private readonly ConcurrentQueue<(char Kind, int Rows)> _calls = new();

    private StorageMeter(RecordingProxy proxy, Stack stack)
    {
        _proxy = proxy;
        _proxy.Between = CountAsync;
        var direct = stack.Azurite.ConnectionString;
        var through =
            direct.Replace(stack.Azurite.Endpoint.Authority, $"127.0.0.1:{proxy.Port}", StringComparison.Ordinal);
        Settings = new Dictionary<string, string> { ["Keyserver__Tables__ConnectionString"] = through };
    }

    /// <summary>For the measured instance.</summary>
    public Dictionary<string, string> Settings { get; }

    public static async Task<StorageMeter> StartAsync(Stack stack) =>
        new(await RecordingProxy.StartAsync(stack.Azurite.Endpoint), stack);

    /// <summary>The counts since the last call.</summary>
    public StorageCalls Take()
    {
        var calls = new List<(char Kind, int Rows)>();
        while (_calls.TryDequeue(out var call))
            calls.Add(call);
        return new StorageCalls(
            calls.Count(call => call.Kind == 'r'),
            calls.Count(call => call.Kind == 'q'),
            calls.Count(call => call.Kind == 'w'),
            [.. calls.Where(call => call.Kind == 't').Select(call => call.Rows)],
            calls.Sum(call => call.Rows));
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private async Task<HttpResponseMessage?> CountAsync(
        HttpRequestMessage request, Func<Task<HttpResponseMessage>> send)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/$batch", StringComparison.Ordinal))
        {
            var operations = Encoding.UTF8.GetString(await request.Content!.ReadAsByteArrayAsync())
                .Split('\n').Count(line => line.EndsWith(" HTTP/1.1\r", StringComparison.Ordinal) && !IsOfEvent(line));
            return operations == 0 ? await send() : await SendAsync('t', operations);
        }

        if (IsOfEvent($"{request.Method} {request.RequestUri.AbsoluteUri}"))
            return await send();
        if (request.Method != HttpMethod.Get)
            return await SendAsync('w', 1);
        if (path.Contains("PartitionKey=", StringComparison.Ordinal))
            return await SendAsync('r', 1);

        var answer = await send();
        await answer.Content.LoadIntoBufferAsync();
        var found = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : default;
        if (path.Contains("/recentdeletions(", StringComparison.Ordinal))
            found = default;
        var isList = found.ValueKind == JsonValueKind.Object && found.TryGetProperty("value", out _);
        _calls.Enqueue(('q', isList ? found.GetProperty("value").GetArrayLength() : 0));
        return answer;

        async Task<HttpResponseMessage?> SendAsync(char kind, int rows)
        {
            _calls.Enqueue((kind, rows));
            return await send();
        }
    }

    private static bool IsOfEvent(string call) =>
        call.StartsWith("DELETE", StringComparison.Ordinal)
        && Uri.UnescapeDataString(call).Contains("RowKey='e:", StringComparison.Ordinal);
}
