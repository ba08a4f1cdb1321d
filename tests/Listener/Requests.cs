using System.Diagnostics;

namespace AtpKeyserver.Tests.Listener;

/// <summary>
/// Outgoing requests of the process: address and headers; those with credentials are on separate lines.
/// </summary>
internal sealed class Requests(Record record) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener")
            value.Subscribe(this);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != "System.Net.Http.HttpRequestOut.Start"
            || value.Value?.GetType().GetProperty("Request")?.GetValue(value.Value) is not HttpRequestMessage request)
            return;
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToLookup(header => header.Key == "Authorization");
        record.Write(
            $"sent {request.Method} {request.RequestUri?.OriginalString} "
                + $"{Telemetry.Text(headers[false].Select(Join))}");
        record.Write($"authorized {request.RequestUri?.Authority} {Telemetry.Text(headers[true].Select(Join))}");
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static KeyValuePair<string, string> Join(KeyValuePair<string, IEnumerable<string>> header) =>
        new(header.Key, string.Join(',', header.Value));
}
