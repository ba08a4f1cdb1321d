namespace AtpKeyserver.Cli;

/// <summary>Confirms an irreversible action: the user types words on the terminal or standard input.</summary>
internal static class Confirmation
{
    /// <exception cref="UsageException">Something else was typed.</exception>
    public static async Task<string> RequireAsync(string warning, string words, CancellationToken cancellation)
    {
        Console.Error.WriteLine(warning);
        Console.Error.Write($"Type {words} to continue: ");
        var typed = (await Input.WaitAsync(Console.In.ReadLine, cancellation))?.Trim();
        return typed == words ? typed : throw new UsageException("Not confirmed. Nothing was deleted.");
    }
}
