using System.Net;

namespace AtpKeyserver.Perf.Client;

/// <summary>A keyserver that always returns the same key.</summary>
internal sealed class KeyInMemory(string groupId, byte[] key) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent($$"""
                {"groupId":"{{groupId}}","secretKey":"{{Convert.ToHexStringLower(key)}}","version":1}
                """),
        });
}
