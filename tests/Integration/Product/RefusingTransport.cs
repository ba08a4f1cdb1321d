using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>A vault that refuses some requests, as after a lost permission.</summary>
public sealed class RefusingTransport(HttpPipelineTransport inner) : HttpPipelineTransport
{
    /// <summary>Selects the refused paths.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    public override Request CreateRequest() => inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override ValueTask ProcessAsync(HttpMessage message) => Refuses(message.Request.Uri.ToUri().AbsolutePath)
        ? throw new RequestFailedException(403, "The vault refuses.")
        : inner.ProcessAsync(message);
}
