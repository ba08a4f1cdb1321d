namespace AtpKeyserver.Tests.Support.Stored;

/// <summary>A change reached its transaction. This error type prevents retries.</summary>
public sealed class WrittenException(string body) : InvalidOperationException("The test storage refuses this write.")
{
    /// <summary>The content to be written.</summary>
    public string Body => body;
}
