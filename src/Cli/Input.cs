using System.Text;

namespace AtpKeyserver.Cli;

/// <summary>Reads from standard input and the keyboard.</summary>
internal static class Input
{
    private const char ControlU = '\u0015';

    /// <summary>Stops waiting when the command is interrupted: reads of the console cannot be cancelled.</summary>
    public static Task<T> WaitAsync<T>(Func<T> read, CancellationToken cancellation) =>
        Task.Run(read, CancellationToken.None).WaitAsync(cancellation);

    /// <summary>Reads standard input to its end.</summary>
    public static Task<byte[]> ReadAllAsync(CancellationToken cancellation) => WaitAsync(
        () =>
        {
            using var input = Console.OpenStandardInput();
            using var all = new MemoryStream();
            input.CopyTo(all);
            return all.ToArray();
        },
        cancellation);

    /// <summary>Reads a line without showing it. Backspace and Ctrl-U delete; other control keys are ignored.</summary>
    public static string ReadHidden(Func<ConsoleKeyInfo> readKey)
    {
        var typed = new StringBuilder();
        while (readKey() is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (key.KeyChar == ControlU)
                typed.Clear();
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        return typed.ToString();
    }
}
