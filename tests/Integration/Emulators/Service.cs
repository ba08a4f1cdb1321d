using System.Net;
using System.Text;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>
/// A service on this machine whose DID document names <see cref="Endpoint"/>; it echoes any other request.
/// </summary>
internal sealed class Service : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly int _port = LoopbackPort.Choose();

    public Service()
    {
        _listener.Prefixes.Add(Origin + "/");
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Origin => $"http://localhost:{_port}";

    public string Did => $"did:web:localhost%3A{_port}";

    public string Endpoint { get; set; } = "";

    /// <summary>How often the document was fetched.</summary>
    public int Documents { get; private set; }

    /// <summary>The authorization header of the last call.</summary>
    public string? Token { get; private set; }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var isDocument = context.Request.RawUrl == "/.well-known/did.json";
        if (isDocument)
            Documents++;
        else
            Token = context.Request.Headers["Authorization"]?["Bearer ".Length..];
        var answer = isDocument
            ? $$$"""
              {"id":"{{{Did}}}","service":[null,{"id":["#some_service"]},{"id":"#some_service","serviceEndpoint":{}},
              {"id":"#some_service","type":["Some"],"serviceEndpoint":"{{{Endpoint}}}"}]}
              """
            : context.Request.RawUrl!;
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        context.Response.Close();
    }
}
