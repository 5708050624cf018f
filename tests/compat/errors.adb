--  SPDX-License-Identifier: LGPL-2.1-or-later
--  errors.adb - Ada's personality routine: exceptions through frames that look
--  for others, in tasks, and those that the processor raises.
with Ada.Exceptions; use Ada.Exceptions;
with Ada.Text_IO;    use Ada.Text_IO;

procedure Errors is
   Boom  : exception;
   Count : Natural := 0;

   task type Worker is
      entry Done (N : out Natural);
   end Worker;

   procedure Deep (N : Natural) is
   begin
      if N = 0 then
         raise Boom with "deep";
      end if;
      Deep (N - 1);
   exception
      when Constraint_Error =>
         Put_Line ("wrong");
   end Deep;

   task body Worker is
      K : Natural := 0;
   begin
      for I in 1 .. 200 loop
         begin
            Deep (I mod 10);
         exception
            when Boom =>
               K := K + 1;
         end;
      end loop;
      accept Done (N : out Natural) do
         N := K;
      end Done;
   end Worker;

   W : array (1 .. 3) of Worker;
   A : array (1 .. 5) of Integer := (others => 0);
   J : Integer                   := Integer'Value ("9");
   P : access Integer            := null;
begin
   for I in 1 .. 500 loop
      begin
         Deep (I mod 20);
      exception
         when X : Boom =>
            if Exception_Message (X) = "deep" then
               Count := Count + 1;
            end if;
      end;
   end loop;
   begin
      A (J) := 1;
   exception
      when Constraint_Error =>
         Put_Line ("index");
   end;
   begin
      J := J / (J - 9);
   exception
      when Constraint_Error =>
         Put_Line ("zero");
   end;
   begin
      P.all := 1;
   exception
      when Constraint_Error =>
         Put_Line ("null");
   end;
   for I in W'Range loop
      declare
         N : Natural;
      begin
         W (I).Done (N);
         Count := Count + N;
      end;
   end loop;
   Put_Line (Natural'Image (Count));
end Errors;
