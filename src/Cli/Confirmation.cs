namespace AtpKeyserver.Cli;

/// <summary>Confirms an irreversible action: the user types words on the terminal or standard input.</summary>
internal static class Confirmation
{
    /// <exception cref="UsageException">Something else was typed.</exception>
    public static string Require(string warning, string words)
    {
        Console.Error.WriteLine(warning);
        Console.Error.Write($"Type {words} to continue: ");
        var typed = Console.In.ReadLine()?.Trim();
        return typed == words ? typed : throw new UsageException("Not confirmed. Nothing was deleted.");
    }
}
