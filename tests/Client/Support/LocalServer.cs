using System.Net;
using System.Text;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>A web server on this machine for programs: gives each path the test's response.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public LocalServer(Func<string, (int Status, string Type, string Body)> answer)
    {
        Origin = new Uri($"http://127.0.0.1:{LoopbackPort.Choose()}");
        _listener.Prefixes.Add(Origin.AbsoluteUri);
        _listener.Start();
        _ = RunAsync(answer);
    }

    public Uri Origin { get; }

    public void Dispose() => _listener.Close();

    private async Task RunAsync(Func<string, (int Status, string Type, string Body)> answer)
    {
        while (_listener.IsListening)
        {
            try
            {
                var call = await _listener.GetContextAsync();
                var (status, type, body) = answer(call.Request.Url!.AbsolutePath);
                (call.Response.StatusCode, call.Response.ContentType) = (status, type);
                call.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // Closed.
            }
        }
    }
}
