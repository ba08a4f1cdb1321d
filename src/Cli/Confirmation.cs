namespace AtpKeyserver.Cli;

/// <summary>For what cannot be undone: words that are typed, on the terminal or into the standard input.</summary>
internal static class Confirmation
{
    /// <exception cref="UsageException">Something else was typed.</exception>
    public static string Require(string warning, string words)
    {
        Console.Error.WriteLine(warning);
        Console.Error.Write($"Type {words} to go on: ");
        var typed = Console.In.ReadLine()?.Trim();
        return typed == words ? typed : throw new UsageException("Nothing was deleted.");
    }
}
