using AtpKeyserver.Cli;

namespace AtpKeyserver.Tests.Client.Cli;

/// <summary>The prompt for the app password.</summary>
public sealed class PasswordTests
{
    [Theory]
    [InlineData("secret\r", "secret")]
    [InlineData("sex\bcret\r", "secret")]
    [InlineData("\bsecret\r", "secret")]
    [InlineData("wrong\u0015secret\r", "secret")]
    [InlineData("se\0cr\u001b\tet\u007f\r", "secret")]
    [InlineData("grüße €\r", "grüße €")]
    [InlineData("\r", "")]
    public void Control_keys_do_not_become_part_of_it(string typed, string password)
    {
        var keys = new Queue<char>(typed);
        Assert.Equal(password, Input.ReadHidden(() => KeyOf(keys.Dequeue())));
    }

    private static ConsoleKeyInfo KeyOf(char typed) => new(
        typed,
        typed switch { '\r' => ConsoleKey.Enter, '\b' => ConsoleKey.Backspace, _ => ConsoleKey.None },
        shift: false,
        alt: false,
        control: false);
}
