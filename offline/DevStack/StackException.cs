namespace AtpKeyserver.DevStack;

/// <summary>The stack cannot start or go on. The message says to a developer what to do about it.</summary>
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
