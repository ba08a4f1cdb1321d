namespace AtpKeyserver.DevStack;

/// <summary>The stack cannot start or continue. The message says what to do.</summary>
public sealed class StackException : Exception
{
    public StackException(string message)
        : base(message)
    {
    }

    public StackException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
