namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>Bytes for the connection as they are, which then breaks.</summary>
public sealed class RawAnswer(byte[] bytes) : HttpResponseMessage
{
    public byte[] Bytes { get; } = bytes;
}
