namespace AtpKeyserver.Tests.Support.Stored;

/// <summary>A change got as far as its transaction. No change is tried again after an error of this type.</summary>
public sealed class WrittenException(string body) : InvalidOperationException("A change was about to be written.")
{
    /// <summary>What was to be written.</summary>
    public string Body => body;
}
